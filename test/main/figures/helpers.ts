import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { figureKind } from '../../../common/figures/registry.ts';
import type { Scene } from '../../../common/figures/scene.ts';
import type { StyleGiven } from '../../../common/figures/style.ts';
import { fontMetrics } from '../../../main/figures/fonts.ts';
import { examples, facts } from '../../common/figures/made-up.ts';

const metrics = fontMetrics();

/** An example of the kind, drawn. */
export function sceneOf(kind: string, example = 0, style: StyleGiven = {}): Scene {
  const { shape, draw } = figureKind(kind);
  const found = examples(shape)[example];
  if (found === undefined) throw new Error(`no example ${example}`);
  const [, data, options] = found;
  return draw(data, options, { metrics, style, facts });
}

/** Whether a program of the system is there: what needs it is skipped elsewhere, and says so by its name. */
export const has = (program: string): boolean => spawnSync(program, ['-v']).error === undefined;

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cascade-figures-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs a program on a file of these bytes. @returns its folder */
export function runOn(bytes: Uint8Array | string, name: string, program: string, args: string[]): string {
  const path = folder();
  writeFileSync(join(path, name), bytes);
  const done = spawnSync(program, args, { cwd: path, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program}: ${done.stdout.slice(-2000)} ${done.stderr}`);
  return path;
}

export interface Pixels {
  width: number;
  height: number;
  /** Red, green and blue of each pixel. */
  rgb: Uint8Array;
}

/** A binary PPM file. */
export function readPpm(path: string): Pixels {
  const bytes = readFileSync(path);
  const head = /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.subarray(0, 40).toString('latin1'));
  if (head === null) throw new Error('no PPM');
  return { width: Number(head[1]), height: Number(head[2]), rgb: bytes.subarray(head[0].length) };
}
