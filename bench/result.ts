import type { Compilation } from '../common/records.ts';

/** What `cascade bench` writes. Times are milliseconds unless a name says otherwise. */

/** Versions of all that took part; null for what did not. */
export interface Versions {
  application: string;
  node: string;
  tensorflow: string | null;
  torch: string | null;
}

/** A candidate for the peer: one way to write the same step in PyTorch. */
export interface PeerTimes {
  name: string;
  median: number;
  rounds: number[];
}

/** One training step, ours and PyTorch's in alternation. */
export interface Comparison {
  name: string;
  what: string;
  unit: 'ms a training step';
  /** Of all rounds. */
  ours: { median: number; rounds: number[] };
  /** The best candidate; null where there is no PyTorch. */
  peer: PeerTimes | null;
  candidates: PeerTimes[];
  /** The peer's median ÷ ours: above 1 we are ahead. */
  ratio: number | null;
  /** The ratio to be reached. */
  goal: number;
  met: boolean | null;
  /** How ours was run, as the workstation chose by itself. */
  compile: Compilation | null;
  /** Seconds from nothing to the end of our first step. */
  firstStepSeconds: number;
  /** Steps of a round, a block of which is timed as a whole; and of the warm-up before the first. */
  steps: number;
  threads: number;
  seed: number;
  versions: Versions;
  /** Load average of the minute before: with others at work on the machine, trust no time. */
  loadBefore: number;
}

/** One number with an upper limit. */
export interface Measure {
  name: string;
  what: string;
  unit: string;
  value: number;
  /** To stay below; null where it is only reported. */
  goal: number | null;
  met: boolean | null;
  /** What the number is made of. */
  detail: Record<string, unknown>;
}

export interface BenchmarkResult {
  date: string;
  versions: Versions;
  machine: { cpu: string; cores: number; memoryBytes: number; platform: string };
  threads: number;
  rounds: number;
  /** How the comparisons are made, in words. */
  conditions: string[];
  comparisons: Comparison[];
  measures: Measure[];
  /** What could not be measured, and why. */
  leftOut: string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >>> 1;
  if (sorted.length === 0) throw new Error('There is no median of nothing.');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function below(
  name: string,
  what: string,
  unit: string,
  value: number,
  goal: number | null,
  detail: Record<string, unknown> = {},
): Measure {
  return { name, what, unit, value, goal, met: goal === null ? null : value < goal, detail };
}
