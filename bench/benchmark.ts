import { availableParallelism, cpus, totalmem } from 'node:os';
import { CascadeError, messageOf } from '../common/errors.ts';
import { openEngine, type Engine } from '../main/trainer/tensorflow/engine.ts';
import { findApplication } from '../main/entry/application.ts';
import { benchFile } from './children.ts';
import { measureColdStart } from './cold-start.ts';
import { compare } from './compare.ts';
import { measureMemory } from './memory.ts';
import { COMPARED_NETWORKS, type ComparedNetwork } from './networks.ts';
import { Peer } from './peer.ts';
import type { BenchmarkResult, Comparison, Measure, Versions } from './result.ts';
import { measureSelection } from './selection.ts';
import { measureTraining } from './training.ts';
import { measureWorkspace } from './workspace.ts';

export interface BenchmarkOptions {
  /** Names of comparisons and measures, or beginnings of names; all of them where there are none. */
  only: readonly string[];
  rounds: number;
  /** A Python with PyTorch. */
  python: string;
  /** Told what is being measured. */
  say(line: string): void;
}

/** Everything that is no step in alternation, by name. */
const MEASURES: Readonly<Record<string, (options: BenchmarkOptions) => Promise<Measure[]>>> = {
  selection: async ({ rounds }) => [measureSelection(rounds)],
  memory: ({ python }) => measureMemory(python),
  training: measureTraining,
  workspace: measureWorkspace,
  'cold-start': measureColdStart,
};

const CONDITIONS = [
  'Each round times a block of steps of ours, then one of each PyTorch candidate, in long-lived processes; whoever is not asked sleeps. Two blocks of each come before the first that counts.',
  'Ours is an epoch of the application’s own training session on random bytes: batch order, gather, normalisation and running totals are inside the step.',
  'PyTorch has one batch ready in memory, normalised and in its own layout, and reads no loss back.',
  'Both: SGD with momentum 0.9 and coupled decay 5e-4, half of every kernel’s weights masked in every step, float32, all cores of the machine (2 threads on 2 cores).',
  'The peer is the candidate of the lowest median; ratio = its median ÷ ours.',
];

export const BENCHMARK_NAMES: readonly string[] = [
  ...COMPARED_NETWORKS.map(({ name }) => name),
  ...Object.keys(MEASURES),
];

/** Runs what is asked for, one thing after another. @throws CascadeError BENCH_NAME, and the engine's where it is needed */
export async function benchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const names = chosenNames(options.only);
  const threads = availableParallelism();
  const versions: Versions = {
    application: findApplication().version,
    node: process.version,
    tensorflow: null,
    torch: null,
  };
  const comparisons: Comparison[] = [];
  const measures: Measure[] = [];
  const leftOut: string[] = [];

  const networks = COMPARED_NETWORKS.filter(({ name }) => names.has(name));
  if (networks.length > 0) {
    const engine = openEngine({ device: 'cpu', threads });
    versions.tensorflow = engine.version;
    try {
      comparisons.push(...(await compareAll(engine, networks, versions, leftOut, options)));
    } finally {
      engine.dispose();
    }
  }
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (!names.has(name)) continue;
    options.say(`Measuring ${name}.`);
    try {
      measures.push(...(await measure(options)));
    } catch (error) {
      leftOut.push(`${name}: ${messageOf(error)}`);
    }
  }
  return {
    date: new Date().toISOString(),
    versions,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: `${process.platform}-${process.arch}`,
    },
    threads,
    rounds: options.rounds,
    conditions: CONDITIONS,
    comparisons,
    measures,
    leftOut,
  };
}

async function compareAll(
  engine: Engine,
  networks: readonly ComparedNetwork[],
  versions: Versions,
  leftOut: string[],
  { python, rounds, say }: BenchmarkOptions,
): Promise<Comparison[]> {
  const peer = await Peer.start(python, benchFile('pytorch_peer.py')).catch((error: unknown) => {
    const sentence = `The comparisons are without PyTorch, which ${python} does not have (${messageOf(error)}): name a Python that has it in CASCADE_PYTHON.`;
    say(sentence);
    leftOut.push(sentence);
    return null;
  });
  versions.torch = peer?.version ?? null;
  try {
    const comparisons: Comparison[] = [];
    for (const network of networks) {
      say(`Comparing ${network.name}.`);
      comparisons.push(await compare(engine, peer, network, rounds, versions));
    }
    return comparisons;
  } finally {
    peer?.close();
  }
}

/** @throws CascadeError BENCH_NAME for a name that fits nothing */
export function chosenNames(only: readonly string[]): Set<string> {
  if (only.length === 0) return new Set(BENCHMARK_NAMES);
  return new Set(
    only.flatMap((wanted) => {
      const fitting = BENCHMARK_NAMES.filter((name) => name.startsWith(wanted));
      if (fitting.length > 0) return fitting;
      throw new CascadeError(
        'BENCH_NAME',
        `There is no benchmark '${wanted}'; there are ${BENCHMARK_NAMES.join(', ')}.`,
      );
    }),
  );
}
