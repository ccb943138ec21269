import { measuresOf } from '../../common/measures/registry.ts';
import type { ShapeName } from '../../common/figures/data.ts';
import { figureSpecification, type FigureSpecification } from '../../common/figures/specification.ts';

/** What a person edits of a figure, as plain texts and choices; no Vue. */

/** A measure of an epoch, as it is chosen: by its id alone, with the figure's threshold. */
export interface MeasureChoice {
  id: string;
  title: string;
}

/** Measures that a figure of the shape can tell: of layers where it is drawn layer by layer. */
export function measureChoices(shape: ShapeName | undefined): readonly MeasureChoice[] {
  const level = shape === 'layers' || shape === 'layerEpochs' ? 'layer' : 'epoch';
  return measuresOf(level).map(({ id, title, of }) => ({
    id,
    title: of === undefined ? title : `${title}, of ${of}`,
  }));
}

/** A name that no figure has yet. */
export function freeName(known: readonly string[]): string {
  for (let number = 1; ; number++) if (!known.includes(`figure-${number}`)) return `figure-${number}`;
}

export function newFigure(name: string): FigureSpecification {
  return figureSpecification.parse({ name, kind: 'curves' });
}

/** Keys in a row, as one line of text, and back. */
export const keysText = (keys: readonly string[]): string => keys.join(', ');
export const keysOf = (text: string): string[] =>
  text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');

/** The figure with a measure more or less; the last one stays. */
export function toggled(figure: FigureSpecification, id: string): FigureSpecification['measures'] {
  const { measures } = figure;
  if (!measures.some((measure) => measure.id === id)) return [...measures, { id, key: '' }];
  const left = measures.filter((measure) => measure.id !== id);
  return left.length === 0 ? measures : left;
}

export const same = (one: FigureSpecification, other: FigureSpecification | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
