import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ChannelsAsked, WorkstationEvent } from '../../../common/contract/schemas.ts';
import type { Moment } from '../../../common/records.ts';
import { findApplication } from '../../../main/entry/application.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { ensureBuilt } from '../../browser/harness/application.ts';

/**
 * Lives of the command line that trains a study: each until it is killed, or to the study's end. As it is built: from its sources
 * each of many lives, and each of its threads, would first translate them all.
 */
ensureBuilt();
const CLI = join(findApplication().root, 'out', 'main', 'cli.js');

/**
 * When to kill: so many milliseconds after the process was started, or after it told of an epoch of a run or a later
 * one. One that comes too late, because the process has ended, is no kill.
 */
export type KillMoment = { milliseconds: number; after: { run: number; epoch: number } | null };

export interface Life {
  killed: boolean;
  /** The last epoch that the process told of as recorded, by run. */
  acknowledged: Map<string, number>;
  /** Runs that it told of as finished. */
  finished: Set<string>;
}

/** Runs the study from the command line until the moment has come, or to its end. */
export async function live(
  study: string,
  workspace: string,
  runs: string[],
  moment: KillMoment | null,
): Promise<Life> {
  const child: ChildProcess = spawn(
    process.execPath,
    [CLI, 'run', study, '--workspace', workspace, '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const life: Life = { killed: false, acknowledged: new Map(), finished: new Set() };
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let coming = false;
  const kill = async (): Promise<void> => {
    if (coming) return;
    coming = true;
    await sleep(moment!.milliseconds);
    if (child.exitCode === null && child.signalCode === null) life.killed = child.kill('SIGKILL');
  };
  if (moment?.after === null) void kill();
  for await (const line of createInterface({ input: child.stdout! })) {
    let event: WorkstationEvent;
    try {
      event = JSON.parse(line) as WorkstationEvent;
    } catch {
      // The last line of a killed process may be cut short.
      continue;
    }
    if (event.type === 'run' && event.run.state === 'finished') life.finished.add(event.run.id);
    if (event.type !== 'epoch') continue;
    life.acknowledged.set(event.id, event.epoch.epoch);
    const { after } = moment ?? {};
    // A life may begin past the moment, since the one before it went on until it was killed.
    const run = runs.indexOf(event.id);
    if (after && (run > after.run || (run === after.run && event.epoch.epoch >= after.epoch))) void kill();
  }
  await ended;
  if (!life.killed) expect(child.exitCode).toBe(0);
  return life;
}

/** What the workspace's own calls are named for those who ask a workstation. */
export const asServices = (workspace: Workspace) => ({
  getRun: (id: string) => workspace.getRun(id),
  epochs: (id: string) => workspace.epochs(id),
  planes: (id: string, epoch: number, layer: string) => workspace.planeFrame(id, epoch, layer),
  channels: (id: string, asked: ChannelsAsked) => workspace.channelFrame(id, asked),
  classFrame: (id: string) => workspace.classFrame(id, {}),
  predictions: (id: string, epoch: number, moment: Moment) => workspace.predictionFrame(id, epoch, moment),
});

export async function opened<T>(folder: string, look: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder, { application: 'cascade-lab test' });
  try {
    return await look(workspace);
  } finally {
    await workspace.close();
  }
}
