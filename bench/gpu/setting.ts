import type { Comparison, Measure } from '../result.ts';

/** How a part of the check is run. */
export interface Setting {
  device: 'gpu' | 'cpu';
  /** Sizes so small that a part only shows that it runs: its times say nothing. */
  quick: boolean;
  /** A Python with PyTorch. */
  python: string;
  /** The part's own, empty. */
  folder: string;
}

/** What a part of the check has found. */
export interface Findings {
  comparisons: Comparison[];
  measures: Measure[];
  /** What could not be measured, and why. */
  leftOut: string[];
  /** What else is worth knowing of it. */
  detail: Record<string, unknown>;
}

export function findings(change: Partial<Findings>): Findings {
  return { comparisons: [], measures: [], leftOut: [], detail: {}, ...change };
}

/** Switches of both libraries for a device: on the CPU no GPU is seen, wherever there is one. */
export function environmentOf(device: Setting['device'], change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...(device === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : {}), ...change };
}
