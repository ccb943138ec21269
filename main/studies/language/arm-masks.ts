import { maskOriginOf } from '../../base/mask-source.ts';
import type { ReadArm } from './arms.ts';
import { quoted } from '../../base/names.ts';
import type { StudyRules } from './rules.ts';
import type { ProblemList } from './problem-list.ts';
import { nearest } from './problems.ts';

interface Reading {
  rules: Omit<StudyRules, 'sharedEpochs'>;
  problems: ProblemList;
  seeds: readonly number[];
}

/** Names of arms that a sentence lists. */
const MOST_NAMES = 8;

const ARM = ['pruning', 'criterion', 'arm'];

/**
 * Arms that take their masks from a run, with that run and the epoch written into their specifications, so that they are
 * what decides the run's identity; and every arm after the one whose masks it takes. Other arms stay in their order.
 */
export function settleMasks(arms: readonly ReadArm[], reading: Reading): ReadArm[] {
  const byName = new Map(arms.map((arm) => [arm.name, arm]));
  const settled = new Map<ReadArm, ReadArm | null>();
  /** @param waiting arms that wait for this one, the first that was asked for first */
  const settle = (arm: ReadArm, waiting: readonly ReadArm[]): ReadArm | null => {
    const known = settled.get(arm);
    if (known !== undefined) return known;
    const own = settleArm(arm, waiting);
    settled.set(arm, own);
    return own;
  };
  const settleArm = (arm: ReadArm, waiting: readonly ReadArm[]): ReadArm | null => {
    const origin = maskOriginOf(arm.specification);
    if (origin === null) return arm;
    const refuse = (message: string): null => refuseAt(arm, ARM, message, reading);
    let source: ReadArm | null = null;
    if (origin.arm !== null) {
      const named = byName.get(origin.arm);
      if (!named) {
        const others = [...byName.keys()].filter((name) => name !== arm.name);
        return refuse(
          `found ${quoted(origin.arm)}; the other arms are ${listed(others)}${nearest(origin.arm, others)}`,
        );
      }
      const circle = [...waiting, arm];
      if (circle.includes(named)) {
        const names = [...circle.slice(circle.indexOf(named)), named].map(({ name }) => quoted(name));
        return refuse(
          `found ${quoted(origin.arm)}; masks are taken in a circle, ${names.join(' from ')}: take those of an arm that has its own`,
        );
      }
      source = settle(named, circle);
      // What is wrong with that arm is told there.
      if (source === null) return null;
    }
    const { specification, problems } = reading.rules.settleMasks(arm.specification, source, reading.seeds);
    for (const { key, message } of problems) refuseAt(arm, key, message, reading);
    return problems.length > 0 ? null : { ...arm, specification };
  };
  for (const arm of arms) settle(arm, []);
  // A map keeps its order: an arm is put into it after the one that it needs.
  return [...settled.values()].filter((arm) => arm !== null);
}

/** Names in quotes, since they may hold commas; of many, the first. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(quoted).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown || 'none';
}

function refuseAt(
  { settings }: ReadArm,
  path: (string | number)[],
  message: string,
  { problems }: Reading,
): null {
  problems.addMerged({ path, message, missing: false, atKey: false }, settings);
  return null;
}
