import { decodePredictions } from '../../../common/codec/predictions.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Asks, BarsPanel, Quantity } from '../../../common/figures/data.ts';
import { literal } from '../../../common/figures/text.ts';
import { changedClasses, type AnswerPair } from '../../../common/groups/answers.ts';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import type { FigureSource } from '../source.ts';
import { barOf } from './bars.ts';
import type { Material } from './material.ts';
import type { SelectedGroup } from './selected-groups.ts';

/** Of both figures' halves: what a share is of. */
const CHANGED: Quantity = {
  id: 'changedAnswers',
  title: 'Changed answers',
  unit: 'share',
  of: 'the class’s test images',
  scale: 'linear',
};

/** By class the shares of test images that lose and win their right answer between two groups, paired by seed. */
export async function collectAnswers(
  { source, figure, groups }: Material,
  asked: Asks['answers'],
): Promise<BarsPanel[]> {
  const { before, after } = sidesOf(groups, asked);
  if (before === undefined || after === undefined) return [panelOf([], [], [], figure.spread, '')];
  const pairs = pairsOf(before, after);
  if (pairs.length === 0)
    throw new CascadeError(
      'INVALID',
      `No runs of '${before.name}' and '${after.name}' have a seed in common, one of each: choose other groups.`,
    );
  const answers: AnswerPair[] = [];
  for (const { seed, one, other } of pairs)
    answers.push({ seed, before: await answersOf(source, one), after: await answersOf(source, other) });
  const [first] = answers;
  if (
    answers.some(
      (pair) =>
        !isSame(pair.before.labels, first?.before.labels) || !isSame(pair.after.labels, first?.before.labels),
    )
  )
    throw new CascadeError('INVALID', 'The two sides were not evaluated on the same test images.');
  const detail = await source.getRun(pairs[0]?.other.id ?? '');
  const names = detail.environment?.['classNames'];
  const nameOf = (label: number): string =>
    literal(Array.isArray(names) ? String(names[label] ?? label) : String(label));
  const classes = changedClasses(answers);
  const title = `${before.label} → ${after.label}`;
  const each = answers.map((pair, at) => ({
    run: pairs[at]?.other.id ?? '',
    classes: new Map(changedClasses([pair]).map((one) => [one.label, one])),
  }));
  const shares = (which: 'lost' | 'won') =>
    classes.map(({ label }) =>
      each.map(({ run, classes: known }) => ({ run, value: known.get(label)?.[which] ?? 0 })),
    );
  return [
    panelOf(
      classes.map(({ label }) => nameOf(label)),
      shares('lost'),
      shares('won'),
      figure.spread,
      title,
    ),
  ];
}

type Shares = readonly (readonly { run: string; value: number }[])[];

function panelOf(
  places: string[],
  lost: Shares,
  won: Shares,
  spread: Material['figure']['spread'],
  title: string,
): BarsPanel {
  const group = (label: string, slot: number, shares: Shares) => {
    const runs = (shares[0] ?? []).map(({ run }) => run);
    return { label, slot, n: runs.length, runs, bars: shares.map((each) => barOf(each, spread)) };
  };
  return {
    title: title === '' ? null : title,
    y: CHANGED,
    across: 'Class, those that lost most first',
    places,
    groups: [group('right before, wrong after', 1, lost), group('wrong before, right after', 0, won)],
  };
}

/** As the window chooses them: what is named, else the first group that does not prune, and the first other that does. */
function sidesOf(groups: readonly SelectedGroup[], { before, after }: Asks['answers']) {
  const named = (name: string): SelectedGroup => {
    const found = groups.find((group) => group.name === name);
    if (found === undefined)
      throw new CascadeError(
        'INVALID',
        `The figure has no group '${name}': there are ${groups.map((group) => group.name).join(', ') || 'none'}.`,
      );
    return found;
  };
  const runs = ({ points }: SelectedGroup): RunSummary[] => points.flatMap((point) => point.runs);
  const one =
    before === null
      ? (groups.find((group) => runs(group).every(({ prunes }) => !prunes)) ?? groups[0])
      : named(before);
  const other =
    after === null
      ? (groups.find((group) => group !== one && runs(group).some(({ prunes }) => prunes)) ??
        groups.find((group) => group !== one))
      : named(after);
  return { before: one, after: other };
}

/** Runs of equal seed; of several of one seed in a group there is no telling which is meant. */
function pairsOf(before: SelectedGroup, after: SelectedGroup) {
  const bySeed = ({ points }: SelectedGroup): Map<number, RunSummary | null> => {
    const found = new Map<number, RunSummary | null>();
    for (const { runs } of points)
      for (const run of runs) found.set(run.seed, found.has(run.seed) ? null : run);
    return found;
  };
  const others = bySeed(after);
  return [...bySeed(before)]
    .flatMap(([seed, one]) => {
      const other = others.get(seed);
      return one === null || !other ? [] : [{ seed, one, other }];
    })
    .sort((one, other) => one.seed - other.seed);
}

async function answersOf(source: FigureSource, { id, epochsDone }: RunSummary) {
  return decodePredictions(await source.predictions(id, epochsDone, 'epoch'));
}

function isSame(one: Uint16Array, other: Uint16Array | undefined): boolean {
  return one.length === other?.length && one.every((label, index) => label === other[index]);
}
