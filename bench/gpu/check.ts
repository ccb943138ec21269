import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchText } from '../../main/cli/bench-text.ts';
import { findApplication } from '../../main/entry/application.ts';
import { messageOf } from '../../common/errors.ts';
import type { BenchmarkResult } from '../result.ts';
import { checkDoctor } from './doctor.ts';
import { checkParity } from './parity.ts';
import { failureOf, runLimited } from './processes.ts';
import { checkResume } from './resume.ts';
import { environmentOf, type Findings, type Setting } from './setting.ts';
import { checkStarter } from './starter.ts';
import { compareSteps, GPU_NETWORKS, timeAlone } from './steps.ts';
import { trainTogether } from './together.ts';

/**
 * The check of a GPU, whole: what is here, parity with PyTorch, resuming to the bit, the starter study, training steps beside
 * PyTorch's, several runs at once. For a machine that is lent for minutes and has no network: every part is a process
 * of its own with its own time, none stops another, and what there is of a result is written after each.
 *
 *     npm run gpu-check -- --out DIR [--device gpu|cpu] [--only NAME…] [--seconds 570] [--quick]
 *
 * Built, as `node out/main/gpu-check.js`, it needs the application's folder alone, and a Python with PyTorch (CASCADE_PYTHON).
 */

interface Part {
  name: string;
  limitSeconds: number;
  run(setting: Setting): Findings | Promise<Findings>;
  /** Switches of its environment. */
  env?: NodeJS.ProcessEnv;
}

/** Without it TensorFlow and cuBLAS round products of float32 to ten bits. */
const NO_TF32 = { NVIDIA_TF32_OVERRIDE: '0' };
const UNDETERMINED = { TF_DETERMINISTIC_OPS: '0' };

/** In the order of how much they tell, should the time not suffice for all. */
const PARTS: readonly Part[] = [
  { name: 'doctor', limitSeconds: 60, run: checkDoctor },
  { name: 'parity', limitSeconds: 150, env: NO_TF32, run: checkParity },
  { name: 'resume', limitSeconds: 120, run: checkResume },
  ...GPU_NETWORKS.map(({ name }) => ({
    name: `steps-${name}`,
    limitSeconds: 100,
    run: (setting: Setting) => compareSteps(setting, name),
  })),
  { name: 'starter', limitSeconds: 130, run: checkStarter },
  ...[1, 2, 4].map((runs) => ({
    name: `together-${runs}`,
    limitSeconds: 90,
    run: (setting: Setting) => trainTogether(setting, runs),
  })),
  ...['resnet-20-batch-128', 'mobilenet-v1-batch-64'].map((name) => ({
    name: `undetermined-${name}`,
    limitSeconds: 40,
    env: UNDETERMINED,
    run: (setting: Setting) => timeAlone(setting, name),
  })),
];

const CONDITIONS = [
  'Each round times a block of steps of ours, then one of each PyTorch candidate, in long-lived processes; whoever is not asked sleeps. One block of ours and three steps of each candidate come before the first that counts.',
  'Ours is an epoch of the application’s own training session on random bytes, with deterministic kernels: batch order, gather, normalisation and running totals are inside the step.',
  'PyTorch has one batch ready on the device, normalised and channels-last, and reads no loss back; cuDNN may choose kernels by timing, and TF32 is allowed on both sides.',
  'Both: SGD with momentum 0.9 and coupled decay 5e-4, half of every kernel’s weights masked in every step, float32.',
  'Parity: TF32 off on both sides.',
];

interface PartRecord {
  name: string;
  ok: boolean;
  seconds: number;
  /** Why it did not come to its end. */
  why: string | null;
  detail: Record<string, unknown>;
}

interface GpuResult extends BenchmarkResult {
  device: Setting['device'];
  /** Sizes that only show that the parts run. */
  quick: boolean;
  parts: PartRecord[];
}

function options() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      device: { type: 'string', default: 'gpu' },
      only: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '570' },
      quick: { type: 'boolean', default: false },
      // What this program starts itself with.
      part: { type: 'string' },
      folder: { type: 'string' },
    },
  });
  const { device, seconds } = values;
  if (device !== 'gpu' && device !== 'cpu') throw new Error(`--device is gpu or cpu, not ${device}.`);
  if (!(Number(seconds) > 0)) throw new Error(`--seconds is a positive number, not ${seconds}.`);
  return { ...values, device, seconds: Number(seconds) } as const;
}

type Options = ReturnType<typeof options>;

/** Runs one part in this process and writes what it found, as the last line. */
async function runPart({ part, folder, device, quick }: Options): Promise<void> {
  const python = process.env['CASCADE_PYTHON'] ?? 'python3';
  const found = await PARTS.find(({ name }) => name === part)!.run({
    device,
    quick,
    python,
    folder: folder!,
  });
  process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
}

async function runAll({ out, device, quick, only, seconds }: Options): Promise<boolean> {
  if (out === undefined) throw new Error('--out DIR says where the results go.');
  const chosen = PARTS.filter(
    ({ name }) => only.length === 0 || only.some((wanted) => name.startsWith(wanted)),
  );
  if (chosen.length === 0)
    throw new Error(
      `There is no part '${only.join(', ')}'; there are ${PARTS.map(({ name }) => name).join(', ')}.`,
    );
  mkdirSync(out, { recursive: true });
  const file = join(out, `${new Date().toISOString().slice(0, 10)}-${device}${quick ? '-quick' : ''}.json`);
  const result = emptyResult(device, quick);
  const started = performance.now();
  for (const part of chosen) {
    const left = seconds - (performance.now() - started) / 1000;
    process.stderr.write(`${part.name} … `);
    const record = left < 5 ? late(part) : await startPart(part, { device, quick }, left, result);
    result.parts.push(record);
    process.stderr.write(
      `${record.ok ? 'done' : 'FAILED'}, ${record.seconds.toFixed(1)} s${record.why === null ? '' : `: ${record.why}`}\n`,
    );
    if (record.why !== null) result.leftOut.push(`${part.name}: ${record.why}`);
    // After every part: the machine may go away at any time.
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }
  process.stdout.write(`${benchText(result)}\n\n${file}\n`);
  const kept = result.measures.every(({ met }) => met !== false);
  return kept && result.parts.every(({ ok }) => ok);
}

function late({ name }: Part): PartRecord {
  return { name, ok: false, seconds: 0, why: 'no time was left for it', detail: {} };
}

/** Runs a part in a process of its own, and adds what it found to the result. */
async function startPart(
  { name, limitSeconds, env = {} }: Part,
  { device, quick }: Pick<Options, 'device' | 'quick'>,
  left: number,
  result: GpuResult,
): Promise<PartRecord> {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-gpu-'));
  try {
    const ended = await runLimited(
      process.execPath,
      [
        ...[import.meta.filename, '--part', name, '--folder', folder, '--device', device],
        ...(quick ? ['--quick'] : []),
      ],
      { env: environmentOf(device, env), limitSeconds: Math.min(limitSeconds, left) },
    );
    const failure = failureOf(ended);
    if (failure !== null) return { name, ok: false, seconds: ended.seconds, why: failure, detail: {} };
    const found = JSON.parse(ended.lines.at(-1)!) as Findings;
    result.comparisons.push(...found.comparisons);
    result.measures.push(...found.measures);
    result.leftOut.push(...found.leftOut);
    for (const { versions } of found.comparisons) Object.assign(result.versions, versions);
    return { name, ok: found.leftOut.length === 0, seconds: ended.seconds, why: null, detail: found.detail };
  } catch (error) {
    return { name, ok: false, seconds: 0, why: messageOf(error), detail: {} };
  } finally {
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function emptyResult(device: Setting['device'], quick: boolean): GpuResult {
  return {
    date: new Date().toISOString(),
    device,
    quick,
    versions: {
      application: findApplication().version,
      node: process.version,
      tensorflow: null,
      torch: null,
    },
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: `${process.platform}-${process.arch}`,
    },
    threads: availableParallelism(),
    rounds: quick ? 1 : 7,
    conditions: CONDITIONS,
    comparisons: [],
    measures: [],
    leftOut: [],
    parts: [],
  };
}

try {
  const given = options();
  if (given.part !== undefined) await runPart(given);
  else process.exitCode = (await runAll(given)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
