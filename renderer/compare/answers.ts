import type { Predictions } from '../../common/records.ts';

/** What two sides answered for the test images, seed by seed: one without, and one with what is looked into. */
export interface AnswerPair {
  seed: number;
  before: Predictions;
  after: Predictions;
}

/** A test image whose answer changed in some seeds. */
export interface ChangedImage {
  image: number;
  label: number;
  /** Seeds in which a right answer became a wrong one, and the other way round. */
  lost: number;
  won: number;
  /** The wrong answer that it most often became; null where none was lost. */
  became: number | null;
  /** Mean change of the margin over the seeds. */
  margin: number;
}

export interface ChangedClass {
  label: number;
  /** Images of the class, and mean shares over the seeds that became wrong, and right. */
  images: number;
  lost: number;
  won: number;
}

/** Images that were lost in some seed, those of most seeds first, then those whose margin fell furthest. */
export function changedImages(pairs: readonly AnswerPair[]): ChangedImage[] {
  const [first] = pairs;
  if (!first) return [];
  const found: ChangedImage[] = [];
  for (let image = 0; image < first.before.labels.length; image++) {
    const label = first.before.labels[image]!;
    let [lost, won, margin] = [0, 0, 0];
    const wrong = new Map<number, number>();
    for (const { before, after } of pairs) {
      const [was, is] = [before.predicted[image] === label, after.predicted[image] === label];
      margin += after.margins[image]! - before.margins[image]!;
      if (was && !is) {
        lost += 1;
        wrong.set(after.predicted[image]!, (wrong.get(after.predicted[image]!) ?? 0) + 1);
      } else if (!was && is) won += 1;
    }
    if (lost === 0) continue;
    const became = [...wrong].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
    found.push({ image, label, lost, won, became, margin: margin / pairs.length });
  }
  return found.sort(
    (one, other) => other.lost - one.lost || one.margin - other.margin || one.image - other.image,
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
