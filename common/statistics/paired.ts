import { CascadeError } from '../errors.ts';

/** A number of a run of a seed. */
export interface Seeded {
  seed: number;
  value: number;
}

/** Differences at equal seeds: what chance gives both sides alike falls out. */
export interface PairedDifferences {
  seeds: number[];
  /** One's value minus the other's, at each of the seeds. */
  differences: number[];
  /** Seeds that one side alone has: they are in no difference. */
  unpaired: number[];
}

/** @throws CascadeError INVALID where a side has two values of one seed, so that there is no telling which is meant */
export function pairedDifferences(one: readonly Seeded[], other: readonly Seeded[]): PairedDifferences {
  const [left, right] = [bySeed(one), bySeed(other)];
  const seeds = [...left.keys()].filter((seed) => right.has(seed)).sort((a, b) => a - b);
  const all = new Set([...left.keys(), ...right.keys()]);
  return {
    seeds,
    differences: seeds.map((seed) => left.get(seed)! - right.get(seed)!),
    unpaired: [...all].filter((seed) => !(left.has(seed) && right.has(seed))).sort((a, b) => a - b),
  };
}

function bySeed(values: readonly Seeded[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { seed, value } of values) {
    if (found.has(seed))
      throw new CascadeError(
        'INVALID',
        `Seed ${seed} has several runs on one side: group by more keys, so that each group has one run a seed.`,
      );
    found.set(seed, value);
  }
  return found;
}
