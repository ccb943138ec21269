import type { RunDetail } from '../contract/schemas.ts';
import type { Moment } from '../records.ts';

/**
 * When a run is looked at, in words that fit runs of any length: after its last epoch, right after its first or its last pruning,
 * right before its first one, after an epoch by its number, or before the pruning at the end of one.
 */
export type When = 'last' | 'pruned' | 'last-pruned' | 'before' | `before-${number}` | number;
type WhenWord = Exclude<When, number | `before-${number}`>;

/** What is known of when a run was pruned and how far it came. */
export type WhenKnown = Pick<RunDetail, 'pruningEpochs' | 'predictions'> & {
  summary: Pick<RunDetail['summary'], 'epochsDone'>;
  specification: Pick<RunDetail['specification'], 'referenceEpoch'>;
};

const TITLES: Readonly<Record<WhenWord, string>> = {
  last: 'after the last epoch',
  before: 'before the first pruning',
  pruned: 'right after the first pruning',
  'last-pruned': 'right after the last pruning',
};
export const WHENS = Object.keys(TITLES) as WhenWord[];

export function whenTitle(when: When): string {
  const epoch = pruningOf(when);
  if (epoch !== null) return `before the pruning of epoch ${epoch}`;
  return typeof when === 'number' ? `after epoch ${when}` : TITLES[when as WhenWord];
}

/** The epoch at the end of which is the pruning that a moment comes before; null of other moments. */
export function pruningOf(when: When): number | null {
  const [, epoch] = /^before-(\d{1,7})$/.exec(String(when)) ?? [];
  return epoch === undefined ? null : Number(epoch);
}

/** As settings of a pane hold it; the fallback for what is none. */
export function readWhen(text: string | undefined, fallback: When): When {
  if (text === undefined) return fallback;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  if (pruningOf(text as When) !== null) return text as When;
  return WHENS.find((word) => word === text) ?? fallback;
}

/**
 * The epoch whose masks stand for a moment; null where the run has none. Weights are recorded after an epoch's prunings, so those
 * before a pruning are of the epoch before it. A run that prunes nothing is looked at where the run that it controls prunes.
 */
export function epochAt(when: When, known: WhenKnown): number | null {
  const { epochsDone } = known.summary;
  const prunings = known.pruningEpochs.filter((epoch) => epoch <= epochsDone);
  const [first, last] = [prunings[0], prunings.at(-1)];
  const reference = known.specification.referenceEpoch;
  const [at, end] =
    known.pruningEpochs.length > 0
      ? [first, last]
      : reference > 0
        ? [reference, reference]
        : [undefined, undefined];
  const epoch = { last: epochsDone, pruned: at, 'last-pruned': end, before: at === undefined ? at : at - 1 };
  const pruning = pruningOf(when);
  const found = pruning !== null ? pruning - 1 : typeof when === 'number' ? when : epoch[when as WhenWord];
  return found === undefined || found < 0 || found > epochsDone ? null : found;
}

export interface AnsweredMoment {
  epoch: number;
  moment: Moment;
}

/** Where every test image's answer is stored for a moment; null where it is not. */
export function answersAt(when: When, known: WhenKnown): AnsweredMoment | null {
  const wanted = wantedAnswers(when, known);
  const found = known.predictions.find(
    ({ epoch, moment }) => epoch === wanted?.epoch && moment === wanted.moment,
  );
  return found ?? null;
}

function wantedAnswers(when: When, known: WhenKnown): AnsweredMoment | null {
  const first = known.pruningEpochs.find((epoch) => epoch <= known.summary.epochsDone);
  const pruning = when === 'before' ? (first ?? null) : pruningOf(when);
  if (pruning !== null) return { epoch: pruning, moment: 'before-pruning' };
  if (when === 'before' || (first === undefined && (when === 'pruned' || when === 'last-pruned')))
    return null;
  const epoch = epochAt(when, known);
  return epoch === null ? null : { epoch, moment: 'epoch' };
}

/** All moments of which answers are stored of any of the runs, in the order of time. */
export function answeredMoments(runs: Iterable<Pick<WhenKnown, 'predictions'>>): When[] {
  const found = new Map<When, number>();
  for (const { predictions } of runs)
    for (const { epoch, moment } of predictions)
      found.set(moment === 'epoch' ? epoch : `before-${epoch}`, moment === 'epoch' ? epoch : epoch - 0.5);
  return [...found].sort(([, one], [, other]) => one - other).map(([when]) => when);
}

/** Epochs of a text such as '0, 4, 10-20, 30-90/10', rising, each once; null of a text that is none. */
export function readEpochs(text: string, last: number): number[] | null {
  const epochs = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to, every] =
      /^\s*(\d{1,7})(?:\s*[-–]\s*(\d{1,7})(?:\s*\/\s*(\d{1,7}))?)?\s*$/.exec(part) ?? [];
    if (from === undefined) return null;
    const step = every === undefined ? 1 : Number(every);
    if (step === 0) return null;
    const end = Math.min(last, to === undefined ? Number(from) : Number(to));
    for (let epoch = Number(from); epoch <= end; epoch += step) epochs.add(epoch);
  }
  return [...epochs].sort((one, other) => one - other);
}

/** So many epochs of a run at most, evenly spread, the first, the last and those around the first pruning among them. */
export function spreadEpochs(last: number, prunings: readonly number[], most: number): number[] {
  const first = prunings[0];
  const must = [0, last, ...(first === undefined ? [] : [Math.max(0, first - 1), first])];
  const chosen = new Set(must.filter((epoch) => epoch <= last));
  const every = Math.max(1, Math.ceil((last + 1) / Math.max(1, most - chosen.size)));
  for (let epoch = 0; epoch <= last && chosen.size < most; epoch += every) chosen.add(epoch);
  return [...chosen].sort((one, other) => one - other);
}
