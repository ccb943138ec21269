import type { RunSummary } from '../../common/contract/schemas.ts';
import { CONTROL_SHORT_NAMES, type ControlKind } from '../../common/controls.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { armOf, controlOf, controlsOf, runTitle, studyOf } from '../format/runs.ts';

/** Of the runs in step, by their places. */
export const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** As which of its controls a run has another one; null for a run that is none of them. */
export function controlKindOf(
  run: Pick<RunSummary, 'control' | 'previousMask'>,
  id: string,
): ControlKind | null {
  return controlsOf(run).find((kind) => controlOf(run, kind) === id) ?? null;
}

export interface BesideChoice {
  run: RunSummary;
  title: string;
}
export interface BesideGroup {
  title: string;
  choices: BesideChoice[];
}

/** Which runs can stand beside one, those nearest to it first: its controls, its arm at other seeds, its study at its seed, all. */
export function besideChoices(run: RunSummary, runs: readonly RunSummary[]): BesideGroup[] {
  const left = new Map(runs.map((each) => [each.id, each]));
  left.delete(run.id);
  const take = (
    title: string,
    isMeant: (other: RunSummary) => boolean,
    name: (other: RunSummary) => string = runTitle,
  ): BesideGroup => {
    const choices = [...left.values()].filter(isMeant).map((other) => ({ run: other, title: name(other) }));
    for (const choice of choices) left.delete(choice.run.id);
    return { title, choices };
  };
  const seedOf = (other: RunSummary): string => `${armOf(other)} · seed ${other.seed}`;
  const studies = new Set(run.memberships.map(({ study }) => study));
  const isOfStudy = (other: RunSummary): boolean => other.memberships.some(({ study }) => studies.has(study));
  return [
    take(
      'Its controls',
      ({ id }) => controlKindOf(run, id) !== null,
      (other) => `${CONTROL_SHORT_NAMES[controlKindOf(run, other.id)!]} · ${seedOf(other)}`,
    ),
    take('The same arm, other seeds', ({ hash }) => hash === run.hash, seedOf),
    take(
      `Other arms of ${studyOf(run)}, the same seed`,
      (other) => isOfStudy(other) && other.seed === run.seed,
      seedOf,
    ),
    take(`Other runs of ${studyOf(run)}`, isOfStudy, seedOf),
    take('Other studies', () => true),
  ].filter(({ choices }) => choices.length > 0);
}

/** Whether a layer is the same in two networks, so that its channels and weights stand for each other. */
export function isSameLayer(one: PrunableLayer | undefined, other: PrunableLayer | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.kind === other.kind &&
    one.shape.length === other.shape.length &&
    one.shape.every((size, at) => size === other.shape[at])
  );
}

/** Layers of a network that another one has too. */
export function sharedLayers(
  layers: readonly PrunableLayer[],
  others: readonly PrunableLayer[],
): ReadonlySet<string> {
  const byName = new Map(others.map((layer) => [layer.name, layer]));
  return new Set(
    layers.filter((layer) => isSameLayer(layer, byName.get(layer.name))).map(({ name }) => name),
  );
}
