import type { Item } from './scene.ts';
import type { Plot } from './panels.ts';
import type { SeriesOptions } from './series.ts';
import type { Typesetter } from './typesetter.ts';

/** Words that a person has put into a panel. */
export function annotationsOf(
  set: Typesetter,
  plot: Plot,
  panel: number,
  { annotations }: SeriesOptions,
): Item[] {
  return annotations
    .filter((annotation) => annotation.panel === panel)
    .map(({ x, y, text, anchor }) =>
      set.label(text, { x: plot.across(x), y: plot.up(y), anchor, size: set.style.small }),
    );
}
