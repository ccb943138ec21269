import { decodePredictions } from '../../../common/codec/predictions.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Asks, BarsPanel, Quantity } from '../../../common/figures/data.ts';
import { literal } from '../../../common/figures/text.ts';
import { pairsOf, type AnswerSide } from '../../../common/groups/answer-pairs.ts';
import { changedClasses, type AnswerPair } from '../../../common/groups/answers.ts';
import { answersAt, readWhen, whenTitle, type When } from '../../../common/groups/moments.ts';
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

/** By class the shares of test images that lose and win their right answer between two sides, paired by seed. */
export async function collectAnswers(
  { source, figure, groups }: Material,
  asked: Asks['answers'],
): Promise<BarsPanel[]> {
  const { before, after } = chosenSides(groups, asked);
  if (before === undefined || after === undefined) return [panelOf([], [], [], figure.spread, '')];
  const [beforeAt, afterAt] = [readWhen(asked.beforeAt, 'last'), readWhen(asked.afterAt, 'last')];
  const pairs = pairsOf(before, after);
  if (pairs.length === 0)
    throw new CascadeError(
      'INVALID',
      `No runs of '${before.title}' and '${after.title}' have a seed in common, one of each: choose other groups.`,
    );
  const answers: (AnswerPair & { run: string })[] = [];
  for (const pair of pairs) {
    const [one, other] = [
      await answersOf(source, pair.before, beforeAt),
      await answersOf(source, pair.after, afterAt),
    ];
    if (one !== null && other !== null)
      answers.push({ seed: pair.seed, run: pair.after, before: one, after: other });
  }
  const [first] = answers;
  if (first === undefined)
    throw new CascadeError(
      'INVALID',
      `Of no pair are the answers ${whenTitle(beforeAt)} and ${whenTitle(afterAt)} stored: they are before and after each pruning at an epoch's end, and after the last epoch.`,
    );
  if (
    answers.some((pair) =>
      [pair.before, pair.after].some(({ labels }) => !isSame(labels, first.before.labels)),
    )
  )
    throw new CascadeError('INVALID', 'The two sides were not evaluated on the same test images.');
  const names = (await source.getRun(first.run)).environment?.['classNames'];
  const nameOf = (label: number): string =>
    literal(Array.isArray(names) ? String(names[label] ?? label) : String(label));
  const classes = changedClasses(answers);
  const each = answers.map((pair) => ({
    run: pair.run,
    classes: new Map(changedClasses([pair]).map((one) => [one.label, one])),
  }));
  const shares = (which: 'lost' | 'won') =>
    classes.map(({ label }) =>
      each.map(({ run, classes: known }) => ({ run, value: known.get(label)?.[which] ?? 0 })),
    );
  const at = (when: When): string =>
    beforeAt === 'last' && afterAt === 'last' ? '' : `, ${whenTitle(when)}`;
  const left = pairs.length - answers.length;
  return [
    panelOf(
      classes.map(({ label }) => nameOf(label)),
      shares('lost'),
      shares('won'),
      figure.spread,
      `${before.title}${at(beforeAt)} → ${after.title}${at(afterAt)}${left === 0 ? '' : ` (${left} pairs without answers left out)`}`,
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
function chosenSides(groups: readonly SelectedGroup[], { before, after }: Asks['answers']) {
  const sides = groups.map((group): AnswerSide & { name: string } => ({
    id: group.name,
    name: group.name,
    title: group.label,
    single: false,
    runs: group.points.flatMap(({ runs }) =>
      runs.map(({ id, seed, prunes }) => ({ id, seed, prunes, title: `${group.label}, seed ${seed}` })),
    ),
  }));
  const named = (name: string): AnswerSide => {
    const found = sides.find((side) => side.name === name);
    if (found !== undefined) return found;
    const run = sides.flatMap(({ runs }) => runs).find(({ id }) => id === name);
    if (run !== undefined) return { id: `run ${run.id}`, title: run.title, single: true, runs: [run] };
    throw new CascadeError(
      'INVALID',
      `The figure has no group '${name}': there are ${sides.map((side) => side.name).join(', ') || 'none'}.`,
    );
  };
  const one =
    before === null
      ? (sides.find(({ runs }) => runs.every(({ prunes }) => !prunes)) ?? sides[0])
      : named(before);
  const other =
    after === null
      ? (sides.find((side) => side.id !== one?.id && side.runs.some(({ prunes }) => prunes)) ??
        sides.find((side) => side.id !== one?.id))
      : named(after);
  return { before: one, after: other };
}

/** Null where they are not stored for the moment. */
async function answersOf(source: FigureSource, id: string, when: When) {
  const at = answersAt(when, await source.getRun(id));
  return at === null ? null : decodePredictions(await source.predictions(id, at.epoch, at.moment));
}

function isSame(one: Uint16Array, other: Uint16Array | undefined): boolean {
  return one.length === other?.length && one.every((label, index) => label === other[index]);
}
