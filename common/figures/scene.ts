import type { TextRun } from './text.ts';

/**
 * A figure as it is drawn, on the screen and in every file: shapes and texts at their places. Lengths are points of 1/72 inch;
 * x runs to the right and y down, from the upper left corner of the page. Colours are six hexadecimal digits.
 */
export interface Scene {
  width: number;
  height: number;
  /** What it shows, in words, for readers who cannot see it. */
  description: string;
  items: Item[];
}

export type Item = Path | Label | Clip;

/** A segment of an outline, with absolute places: to, to by a line, to by a cubic Bézier curve, and back to the start. */
export type Segment =
  | readonly ['M', number, number]
  | readonly ['L', number, number]
  | readonly ['C', number, number, number, number, number, number]
  | readonly ['Z'];

export interface Stroke {
  colour: string;
  width: number;
  /** Lengths of dashes and gaps in turn; a line without them is solid. */
  dash?: readonly number[];
  /** From 0 to 1, which is the default. */
  opacity?: number;
}

export interface Fill {
  colour: string;
  opacity?: number;
}

export interface Path {
  kind: 'path';
  segments: Segment[];
  stroke?: Stroke;
  fill?: Fill;
}

export type Anchor = 'start' | 'middle' | 'end';
export type FontFamily = 'sans' | 'serif';

/** One line of text. */
export interface Label {
  kind: 'label';
  /** What a person wrote, formulas between dollars: PGF passes it to LaTeX. */
  source: string;
  runs: TextRun[];
  /** The anchor's place on the baseline. */
  x: number;
  y: number;
  anchor: Anchor;
  /** Size of the font, and the width of all runs in it. */
  size: number;
  width: number;
  family: FontFamily;
  colour: string;
  /** Turned by a quarter against the clock: it reads upwards. */
  upright: boolean;
}

/** Items of which only what lies within the rectangle is seen. */
export interface Clip extends Box {
  kind: 'clip';
  items: Item[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Point = readonly [x: number, y: number];

/** A line through points; it breaks where one is null. A point between two breaks is not seen: mark it. */
export function polyline(points: readonly (Point | null)[], stroke: Stroke): Path {
  const segments: Segment[] = [];
  let drawing = false;
  for (const point of points) {
    if (point !== null) segments.push([drawing ? 'L' : 'M', point[0], point[1]]);
    drawing = point !== null;
  }
  return { kind: 'path', segments, stroke };
}

/** The area within points. */
export function area(points: readonly Point[], fill: Fill): Path {
  const segments = points.map(([x, y], index): Segment => [index === 0 ? 'M' : 'L', x, y]);
  return { kind: 'path', segments: [...segments, ['Z']], fill };
}

export function rectangle({ x, y, width, height }: Box, look: { stroke?: Stroke; fill?: Fill }): Path {
  const segments: Segment[] = [
    ['M', x, y],
    ['L', x + width, y],
    ['L', x + width, y + height],
    ['L', x, y + height],
    ['Z'],
  ];
  return { kind: 'path', segments, ...look };
}

/** All labels of a scene, those within clips too. */
export function labelsOf(items: readonly Item[]): Label[] {
  return items.flatMap((item) => {
    if (item.kind === 'clip') return labelsOf(item.items);
    return item.kind === 'label' ? [item] : [];
  });
}

/** The room that a label takes: from its ascenders to its descenders. */
export function boxOf({ x, y, anchor, width, size, upright, runs }: Label): Box {
  const before = { start: 0, middle: width / 2, end: width }[anchor];
  const above = Math.max(...runs.map((run) => run.raise + ASCENT * run.scale)) * size;
  const below = Math.max(...runs.map((run) => DESCENT * run.scale - run.raise)) * size;
  if (upright) return { x: x - above, y: y - width + before, width: above + below, height: width };
  return { x: x - before, y: y - above, width, height: above + below };
}

/** Heights of letters above and below the baseline, as parts of the font's size; of our two families the larger. */
export const ASCENT = 0.73;
export const DESCENT = 0.22;
export const CAP_HEIGHT = 0.67;
