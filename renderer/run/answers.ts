import type { ClassAccuracies } from '../../common/contract/schemas.ts';
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

/** Last epoch up to the wanted one that the run has, and the control too where there is one. */
export function comparableEpoch(
  run: ClassAccuracies,
  control: ClassAccuracies | null,
  wanted: number,
): number | null {
  const others =
    control && control.epochs.length > 0 ? new Set(control.epochs.map(({ epoch }) => epoch)) : null;
  const found = run.epochs.filter(({ epoch }) => epoch <= wanted && (others?.has(epoch) ?? true));
  return found.at(-1)?.epoch ?? null;
}

/** All classes after an epoch, those that lost most against the control first. */
export function classRows(run: ClassAccuracies, control: ClassAccuracies | null, epoch: number): ClassRow[] {
  const shares = (of: ClassAccuracies | null) => of?.epochs.find((entry) => entry.epoch === epoch)?.correct;
  const [own, other] = [shares(run), shares(control)];
  const share = (correct: number | undefined, examples: number): number | null =>
    correct === undefined || examples === 0 ? null : correct / examples;
  return run.examples
    .map((examples, index): ClassRow => {
      const accuracy = share(own?.[index], examples);
      const twin = share(other?.[index], examples);
      const change = accuracy === null || twin === null ? null : accuracy - twin;
      return { index, name: className(run.names, index), examples, accuracy, control: twin, change };
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
