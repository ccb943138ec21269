import type { ClassEpoch } from '../../common/contract/schemas.ts';
import type { Predictions } from '../../common/records.ts';

/** A class after an epoch, beside the control's. */
export interface ClassRow {
  index: number;
  name: string;
  examples: number;
  accuracy: number | null;
  control: number | null;
  /** Share of its images that the run answers right beyond the control's. */
  change: number | null;
}

export function className(names: readonly string[] | null | undefined, index: number): string {
  return names?.[index] ?? String(index);
}

/** Last epoch up to the wanted one that a run has, and its control too where that has begun: each has so many, from 0 on. */
export function comparableEpoch(stored: number, storedOfControl: number, wanted: number): number | null {
  const last = Math.min(wanted, stored - 1, storedOfControl > 0 ? storedOfControl - 1 : Infinity);
  return last < 0 ? null : last;
}

/** All classes after an epoch, those that lost most against the control first. */
export function classRows(
  run: ClassEpoch,
  control: ClassEpoch | null,
  names: readonly string[] | null,
): ClassRow[] {
  const share = (correct: number | undefined, examples: number): number | null =>
    correct === undefined || examples === 0 ? null : correct / examples;
  return run.examples
    .map((examples, index): ClassRow => {
      const accuracy = share(run.correct[index], examples);
      const twin = share(control?.correct[index], examples);
      const change = accuracy === null || twin === null ? null : accuracy - twin;
      return { index, name: className(names, index), examples, accuracy, control: twin, change };
    })
    .sort((one, next) => (one.change ?? 0) - (next.change ?? 0) || one.index - next.index);
}

/** A test image whose right answer became a wrong one. */
export interface LostAnswer {
  image: number;
  label: number;
  answer: number;
  marginBefore: number;
  marginAfter: number;
}

/** Images that were answered right at one moment and wrong at a later one, those that fell furthest first. */
export function lostAnswers(before: Predictions, after: Predictions): LostAnswer[] {
  const lost: LostAnswer[] = [];
  before.labels.forEach((label, image) => {
    const answer = after.predicted[image]!;
    if (before.predicted[image] !== label || answer === label) return;
    const [marginBefore, marginAfter] = [before.margins[image]!, after.margins[image]!];
    lost.push({ image, label, answer, marginBefore, marginAfter });
  });
  return lost.sort(
    (one, other) =>
      one.marginAfter - one.marginBefore - (other.marginAfter - other.marginBefore) ||
      one.image - other.image,
  );
}

/** Number of images that were answered wrong at one moment and right at a later one. */
export function wonAnswers(before: Predictions, after: Predictions): number {
  return before.labels.filter(
    (label, image) => before.predicted[image] !== label && after.predicted[image] === label,
  ).length;
}
