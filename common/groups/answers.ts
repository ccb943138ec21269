import type { Predictions } from '../records.ts';

/** What two sides answered for the test images, seed by seed: one without, and one with what is looked into. */
export interface AnswerPair {
  seed: number;
  before: Predictions;
  after: Predictions;
}

/** Which changes of an answer are meant: from right to wrong, from wrong to right, or any, from one wrong answer to another too. */
export const CHANGES = ['lost', 'won', 'changed'] as const;
export type Change = (typeof CHANGES)[number];

/** A test image whose answer changed in some seeds. */
export interface ChangedImage {
  image: number;
  label: number;
  /** Seeds in which a right answer became a wrong one, the other way round, and in which it changed at all. */
  lost: number;
  won: number;
  changed: number;
  /** The answers before and after that were most frequent among the seeds of the change that is meant. */
  was: number;
  became: number;
  /** Mean margins over the seeds. */
  marginBefore: number;
  marginAfter: number;
}

export interface ChangedClass {
  label: number;
  /** Images of the class, and mean shares over the seeds that became wrong, and right. */
  images: number;
  lost: number;
  won: number;
}

/** Images with the change in some seed, those of most seeds first, then those whose margin moved furthest that way. */
export function changedImages(pairs: readonly AnswerPair[], change: Change = 'lost'): ChangedImage[] {
  const [first] = pairs;
  if (!first) return [];
  const found: ChangedImage[] = [];
  for (let image = 0; image < first.before.labels.length; image++) {
    const label = first.before.labels[image]!;
    const counts = { lost: 0, won: 0, changed: 0 };
    let [marginBefore, marginAfter] = [0, 0];
    const answers = new Map<string, { was: number; became: number; seeds: number }>();
    for (const { before, after } of pairs) {
      marginBefore += before.margins[image]!;
      marginAfter += after.margins[image]!;
      const [was, became] = [before.predicted[image]!, after.predicted[image]!];
      if (was === became) continue;
      counts.changed += 1;
      const way = was === label ? 'lost' : became === label ? 'won' : 'changed';
      if (way !== 'changed') counts[way] += 1;
      if (change !== 'changed' && way !== change) continue;
      const answer = answers.get(`${was} ${became}`);
      if (answer) answer.seeds += 1;
      else answers.set(`${was} ${became}`, { was, became, seeds: 1 });
    }
    if (counts[change] === 0) continue;
    const { was, became } = [...answers.values()].reduce((most, each) =>
      each.seeds > most.seeds ? each : most,
    );
    const margins = { marginBefore: marginBefore / pairs.length, marginAfter: marginAfter / pairs.length };
    found.push({ image, label, ...counts, was, became, ...margins });
  }
  const moved = ({ marginBefore, marginAfter }: ChangedImage): number => {
    const by = marginAfter - marginBefore;
    return change === 'won' ? -by : change === 'lost' ? by : -Math.abs(by);
  };
  return found.sort(
    (one, other) => other[change] - one[change] || moved(one) - moved(other) || one.image - other.image,
  );
}

/** Classes, those that lost most, over what they won, first. */
export function changedClasses(pairs: readonly AnswerPair[]): ChangedClass[] {
  const classes = new Map<number, ChangedClass>();
  for (const { before, after } of pairs)
    before.labels.forEach((label, image) => {
      let entry = classes.get(label);
      if (!entry) classes.set(label, (entry = { label, images: 0, lost: 0, won: 0 }));
      entry.images += 1;
      const [was, is] = [before.predicted[image] === label, after.predicted[image] === label];
      if (was && !is) entry.lost += 1;
      if (!was && is) entry.won += 1;
    });
  return [...classes.values()]
    .map(({ label, images, lost, won }) => ({
      label,
      images: images / pairs.length,
      lost: lost / images,
      won: won / images,
    }))
    .sort((one, other) => one.won - one.lost - (other.won - other.lost) || one.label - other.label);
}
