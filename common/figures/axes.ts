import { CAP_HEIGHT, polyline, type Box, type Item } from './scene.ts';
import type { Scale, Tick } from './scales.ts';
import { LINE_HEIGHT, type Typesetter } from './typesetter.ts';

/** An axis: what is written beside it, in the language of labels, and its scale. */
export interface Axis {
  title: string;
  /** Shorter titles, for where the one before would take over two lines; the legend's notes tell what they leave out. */
  shorter?: readonly string[];
  scale: Scale;
  /** Names at places in place of numbers. */
  names?: readonly Tick[];
}

const TICK = 2.5;
const TICK_GAP = 2;
/** The same beneath a level axis: its first label does not touch the lowest of the upright one. */
const gapBelow = (small: number): number => Math.max(TICK_GAP, 0.62 * small - TICK + 0.1);
const TITLE_GAP = 2.5;
const INK = '000000';

/** Labels of an upright axis that is so high. */
export function ticksUp(set: Typesetter, axis: Axis, height: number): Tick[] {
  if (axis.names !== undefined) return [...axis.names];
  const fits = (ticks: readonly Tick[]): boolean => {
    const places = ticks.map(({ value }) => axis.scale.at(value) * height).sort((one, other) => one - other);
    return places.every(
      (place, index) => index === 0 || place - (places[index - 1] as number) > set.style.small * 1.15,
    );
  };
  return densest(axis, Math.max(2, Math.min(6, Math.floor(height / (set.style.small * 2)))), fits);
}

/** Labels of a level axis that is so wide: none touches the next. */
export function ticksAcross(set: Typesetter, axis: Axis, width: number): Tick[] {
  const { small } = set.style;
  const fits = (ticks: readonly Tick[]): boolean => {
    let free = -Infinity;
    for (const { value, label } of [...ticks].sort((one, other) => one.value - other.value)) {
      const [middle, half] = [axis.scale.at(value) * width, set.width(label, small) / 2];
      if (middle - half < free) return false;
      free = middle + half + small * 0.5;
    }
    return true;
  };
  return axis.names === undefined ? densest(axis, 8, fits) : [...axis.names];
}

/** Lines of an axis's title within a width: of the longest title that takes two of them, else of the shortest. */
export function titleLines(set: Typesetter, { title, shorter = [] }: Axis, width: number): string[] {
  const titles = [title, ...shorter].map((one) => set.wrap(one, width));
  return titles.find((lines) => lines.length <= 2) ?? titles.at(-1) ?? [];
}

function densest(axis: Axis, most: number, fits: (ticks: readonly Tick[]) => boolean): Tick[] {
  for (let count = most; count > 1; count--) {
    const ticks = axis.scale.ticks(count);
    if (fits(ticks)) return ticks;
  }
  return axis.scale.ticks(1).slice(0, 1);
}

/** What an upright axis takes to the left of its line. */
export function widthLeft(set: Typesetter, ticks: readonly Tick[], titleLines: number): number {
  const { size, small } = set.style;
  const labels = Math.max(0, ...ticks.map(({ label }) => set.width(label, small)));
  return TICK + TICK_GAP + labels + (titleLines === 0 ? 0 : TITLE_GAP + titleLines * size * LINE_HEIGHT);
}

/** What a level axis takes beneath its line. */
export function heightBelow(set: Typesetter, lines: { labels: number; titles: number }): number {
  const { size, small } = set.style;
  const { labels, titles } = lines;
  const marks = labels === 0 ? 0 : gapBelow(small) + (labels - 1) * small * LINE_HEIGHT + small;
  return TICK + marks + (titles === 0 ? 1 : titles * size * LINE_HEIGHT + 2);
}

interface LevelAxis {
  axis: Axis;
  ticks: readonly Tick[];
  /** Empty where another panel has the axis's title. */
  title: readonly string[];
  /** Whether its marks have labels. */
  labelled: boolean;
}

export function drawAcross(set: Typesetter, box: Box, { axis, ticks, title, labelled }: LevelAxis): Item[] {
  const { size, small } = set.style;
  const y = box.y + box.height;
  const at = (value: number): number => box.x + axis.scale.at(value) * box.width;
  const stroke = { colour: INK, width: set.style.axis };
  const mark = (value: number, length: number): Item =>
    polyline(
      [
        [at(value), y],
        [at(value), y + length],
      ],
      stroke,
    );
  const items: Item[] = [
    polyline(
      [
        [box.x, y],
        [box.x + box.width, y],
      ],
      stroke,
    ),
    ...(axis.names === undefined ? ticks.map(({ value }) => mark(value, TICK)) : []),
    ...axis.scale.minor.map((value) => mark(value, TICK * 0.6)),
  ];
  let below = y + TICK + gapBelow(small) + small * CAP_HEIGHT;
  if (labelled) {
    let lines = 1;
    for (const tick of ticks) {
      const parts = tick.label.split('\n');
      lines = Math.max(lines, parts.length);
      parts.forEach((part, index) =>
        items.push(
          set.label(part, {
            x: at(tick.value),
            y: below + index * small * LINE_HEIGHT,
            anchor: 'middle',
            size: small,
          }),
        ),
      );
    }
    below += (lines - 1) * small * LINE_HEIGHT + small * 0.3;
  } else below -= small;
  title.forEach((line, index) =>
    items.push(
      set.label(line, {
        x: box.x + box.width / 2,
        y: below + size * (0.95 + index * LINE_HEIGHT),
        anchor: 'middle',
      }),
    ),
  );
  return items;
}

interface UprightAxis extends LevelAxis {
  /** What it takes to the left of its line, of all panels in the column. */
  left: number;
}

export function drawUp(
  set: Typesetter,
  box: Box,
  { axis, ticks, title, labelled, left }: UprightAxis,
): Item[] {
  const { size, small } = set.style;
  const at = (value: number): number => box.y + (1 - axis.scale.at(value)) * box.height;
  const stroke = { colour: INK, width: set.style.axis };
  const mark = (value: number, length: number): Item =>
    polyline(
      [
        [box.x - length, at(value)],
        [box.x, at(value)],
      ],
      stroke,
    );
  return [
    polyline(
      [
        [box.x, box.y],
        [box.x, box.y + box.height],
      ],
      stroke,
    ),
    ...(axis.names === undefined ? ticks.map(({ value }) => mark(value, TICK)) : []),
    ...axis.scale.minor.map((value) => mark(value, TICK * 0.6)),
    ...(labelled
      ? ticks.map(({ value, label }) =>
          set.label(label, {
            x: box.x - TICK - TICK_GAP,
            y: at(value) + (small * CAP_HEIGHT) / 2,
            anchor: 'end',
            size: small,
          }),
        )
      : []),
    ...title.map((line, index) =>
      set.label(line, {
        x: box.x - left + size * (0.85 + index * LINE_HEIGHT),
        y: box.y + box.height / 2,
        anchor: 'middle',
        upright: true,
      }),
    ),
  ];
}
