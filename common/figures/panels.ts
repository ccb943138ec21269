import { CascadeError } from '../errors.ts';
import {
  type Axis,
  drawAcross,
  drawUp,
  heightBelow,
  ticksAcross,
  ticksUp,
  titleLines,
  widthLeft,
} from './axes.ts';
import { layoutLegend, type LaidLegend, type LegendEntry } from './legend.ts';
import type { Tick } from './scales.ts';
import { CAP_HEIGHT, type Box, type Item, type Point, type Scene } from './scene.ts';
import { LINE_HEIGHT, type Typesetter } from './typesetter.ts';

/** Where numbers of a panel are on the page. */
export interface Plot extends Box {
  across(value: number): number;
  up(value: number): number;
  at(x: number, y: number): Point;
}

/** One pair of axes, and what is drawn in it. Panels that share an axis have the very same object. */
export interface Panel {
  title: string | null;
  x: Axis;
  y: Axis;
  /** What is cut off at the axes' ends. */
  draw(plot: Plot): Item[];
  /** What may reach over them. */
  over?(plot: Plot): Item[];
  /** Names beside the right ends of lines, each at a number of the y axis. */
  ends?: readonly { label: string; colour: string; at: number }[];
}

export interface Arrangement {
  /** Panels side by side. */
  columns: number;
  legend: readonly LegendEntry[];
  /** Sentences with the legend, such as what a band is. */
  notes: readonly string[];
  description: string;
}

interface Laid {
  panel: Panel;
  box: Box;
  xTicks: readonly Tick[];
  yTicks: readonly Tick[];
  xTitle: readonly string[];
  yTitle: readonly string[];
  /** Its letter and title, above the plot. */
  head: readonly string[];
  /** What its labels take to the left. */
  left: number;
}

const EDGE = 1;
const GAP = 7;
/** A plot that is smaller shows nothing. */
const LEAST = 18;

/**
 * Puts panels into a grid with one legend. Plots of a figure are of one size; an axis that all panels of a column or a row share
 * is labelled once.
 *
 * @throws CascadeError BAD_STYLE where the page has no room for them
 */
export function layoutPanels(set: Typesetter, panels: readonly Panel[], arrangement: Arrangement): Scene {
  const { style } = set;
  const named = style.legend === 'direct' && !fitsDirectly(set, panels, arrangement) ? 'top' : style.legend;
  const direct = named === 'direct';
  const entries = named === 'top' || named === 'bottom' ? arrangement.legend : [];
  const legend = layoutLegend(set, entries, arrangement.notes, style.width);
  const height = style.height + Math.min(style.room, legend.height);
  const grid = new Grid(set, panels, height, arrangement.columns, legend, direct, named !== 'top');
  const laid = grid.lay();
  const items = laid.flatMap((one, index) => drawPanel(set, one, index, grid, direct));
  const legendTop = named === 'top' ? EDGE : height - legend.height;
  return {
    width: style.width,
    height,
    description: arrangement.description,
    items: [...items, ...legend.draw(legendTop)],
  };
}

/**
 * Whether there are names beside the lines, and room for them: as many lines of text as a part of a panel's height holds, and plots that are wider
 * than the names.
 */
function fitsDirectly(set: Typesetter, panels: readonly Panel[], { columns }: Arrangement): boolean {
  const { small, height, width } = set.style;
  const rows = Math.ceil(panels.length / columns);
  const side = Math.min(columns, panels.length);
  if (panels.every(({ ends = [] }) => ends.length === 0)) return false;
  return panels.every(({ ends = [] }) => {
    const widest = Math.max(0, ...directNames(set, ends, side).map((end) => end.width));
    return ends.length * small * 2 * LINE_HEIGHT <= (height / rows) * 0.6 && widest * 2 + 40 <= width / side;
  });
}

/** Names beside a panel's lines, broken into lines, and how wide they are. */
function directNames(set: Typesetter, ends: NonNullable<Panel['ends']>, columns: number) {
  const { small, width } = set.style;
  return ends.map(({ label, ...rest }) => {
    const lines = set.wrap(label, Math.max(40, (width / columns) * 0.3), small);
    return { ...rest, lines, width: Math.max(...lines.map((line) => set.width(line, small))) };
  });
}

/** Sizes of a grid of panels, found in a few rounds: how many lines a title takes depends on the plot, and the plot on the titles. */
class Grid {
  readonly #set: Typesetter;
  readonly #panels: readonly Panel[];
  readonly #height: number;
  readonly #columns: number;
  readonly #legend: LaidLegend;
  readonly #direct: boolean;
  readonly #legendBelow: boolean;
  readonly #sharedX: boolean;
  readonly #sharedY: boolean;

  constructor(
    set: Typesetter,
    panels: readonly Panel[],
    height: number,
    columns: number,
    legend: LaidLegend,
    direct: boolean,
    legendBelow: boolean,
  ) {
    this.#set = set;
    this.#panels = panels;
    this.#height = height;
    this.#columns = Math.min(columns, panels.length);
    this.#legend = legend;
    this.#direct = direct;
    this.#legendBelow = legendBelow;
    this.#sharedX = panels.every(({ x }) => x === panels[0]?.x);
    this.#sharedY = panels.every(({ y }) => y === panels[0]?.y);
  }

  /** Whether the x axis of a panel has its labels: always, unless the panel beneath has them. */
  labelsX(index: number): boolean {
    return !this.#sharedX || index + this.#columns >= this.#panels.length;
  }

  labelsY(index: number): boolean {
    return !this.#sharedY || index % this.#columns === 0;
  }

  endsOf(panel: Panel): ReturnType<typeof directNames> {
    return this.#direct ? directNames(this.#set, panel.ends ?? [], this.#columns) : [];
  }

  /** Of several panels without titles of their own, what the y axis tells stands level above each: it is read more easily there. */
  #yTitleIsHead(panel: Panel, index: number): boolean {
    return this.#titleOf(panel, index) === null && this.#panels.length > 1 && this.#set.style.letters;
  }

  /** The title that a person has given, or that of the data. */
  #titleOf({ title }: Panel, index: number): string | null {
    return this.#set.style.titles[index] || title;
  }

  lay(): Laid[] {
    const { style } = this.#set;
    const rows = Math.ceil(this.#panels.length / this.#columns);
    let [width, height] = [
      style.width / this.#columns - 30,
      (this.#height - this.#legend.height) / rows - 30,
    ];
    let laid: Laid[] = [];
    for (let round = 0; round < 4; round++) {
      const sizes = this.#panels.map((panel, index) => this.#marginsOf(panel, index, width, height));
      const columns = range(this.#columns).map((column) =>
        largest(sizes.filter((_, index) => index % this.#columns === column)),
      );
      const lines = range(rows).map((row) =>
        largest(sizes.filter((_, index) => Math.floor(index / this.#columns) === row)),
      );
      width =
        (style.width -
          2 * EDGE -
          sum(columns, ({ left, right }) => left + right) -
          GAP * (columns.length - 1)) /
        columns.length;
      height =
        (this.#height - 2 * EDGE - this.#legend.height - sum(lines, ({ top, bottom }) => top + bottom)) /
        rows;
      if (width < LEAST || height < LEAST)
        throw new CascadeError(
          'BAD_STYLE',
          `A figure of ${style.width.toFixed(0)} × ${this.#height.toFixed(0)} points has no room for its panels: make it larger, give it fewer panels or groups, or a smaller font.`,
        );
      laid = sizes.map((size, index) => {
        const [row, column] = [Math.floor(index / this.#columns), index % this.#columns];
        const before = sum(columns.slice(0, column), ({ left, right }) => left + right + width + GAP);
        const above = sum(lines.slice(0, row), ({ top, bottom }) => top + bottom + height);
        const { left } = columns[column] as Margins;
        const { top } = lines[row] as Margins;
        const box = {
          x: EDGE + before + left,
          y: EDGE + (this.#legendBelow ? 0 : this.#legend.height) + above + top,
          width,
          height,
        };
        return { ...size, panel: this.#panels[index] as Panel, box };
      });
    }
    return laid;
  }

  #marginsOf(
    panel: Panel,
    index: number,
    width: number,
    height: number,
  ): Margins & Omit<Laid, 'panel' | 'box'> {
    const set = this.#set;
    const { small, size } = set.style;
    const [labelsX, labelsY] = [this.labelsX(index), this.labelsY(index)];
    const xTicks = ticksAcross(set, panel.x, width);
    const yTicks = ticksUp(set, panel.y, height);
    const headed = this.#yTitleIsHead(panel, index);
    const title = this.#titleOf(panel, index) ?? (headed ? panel.y.title : null);
    // A head stands above the upright title, which must end beneath it.
    const yTitle = labelsY && !headed ? titleLines(set, panel.y, title === null ? height + 8 : height) : [];
    const labelLines = Math.max(1, ...xTicks.map(({ label }) => label.split('\n').length));
    const overhang = Math.max(
      0,
      ...xTicks.map(
        ({ value, label }) => set.width(label, small) / 2 - (1 - panel.x.scale.at(value)) * width,
      ),
    );
    const ends = this.endsOf(panel).map((end) => end.width + 5);
    const right = Math.max(overhang, 1.5, ...ends);
    const xTitle = labelsX ? titleLines(set, panel.x, width + 2 * Math.min(10, right)) : [];
    const left = Math.max(
      widthLeft(set, labelsY ? yTicks : [], yTitle.length),
      ...(labelsX
        ? xTicks.map(({ value, label }) => set.width(label, small) / 2 - panel.x.scale.at(value) * width)
        : []),
    );
    const letter =
      this.#panels.length > 1 && set.style.letters ? `(${String.fromCharCode(97 + index)})` : null;
    const head = [letter, title].filter((part) => part !== null).join(' ');
    const headLines = set.wrap(head, left + width + right);
    return {
      xTicks,
      yTicks,
      xTitle,
      yTitle,
      head: headLines,
      left,
      right,
      top: headLines.length === 0 ? small * 0.4 + 1 : headLines.length * size * LINE_HEIGHT + 3,
      bottom:
        heightBelow(set, { labels: labelsX ? labelLines : 0, titles: xTitle.length }) + (labelsX ? 0 : 3),
    };
  }
}

interface Margins {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function largest(margins: readonly Margins[]): Margins {
  const most = (side: keyof Margins): number => Math.max(...margins.map((margin) => margin[side]));
  return { left: most('left'), right: most('right'), top: most('top'), bottom: most('bottom') };
}

function drawPanel(set: Typesetter, laid: Laid, index: number, grid: Grid, direct: boolean): Item[] {
  const { panel, box } = laid;
  const { size, small } = set.style;
  const plot: Plot = {
    ...box,
    across: (value) => box.x + panel.x.scale.at(value) * box.width,
    up: (value) => box.y + (1 - panel.y.scale.at(value)) * box.height,
    at: (x, y) => [plot.across(x), plot.up(y)],
  };
  // A line at an end of the axis is seen whole.
  const room = set.style.line + 2;
  const clip = { x: box.x, y: box.y - room, width: box.width + room, height: box.height + room };
  const items: Item[] = [
    { kind: 'clip', ...clip, items: panel.draw(plot) },
    ...drawAcross(set, box, {
      axis: panel.x,
      ticks: laid.xTicks,
      title: laid.xTitle,
      labelled: grid.labelsX(index),
    }),
    ...drawUp(set, box, {
      axis: panel.y,
      ticks: laid.yTicks,
      title: laid.yTitle,
      labelled: grid.labelsY(index),
      left: laid.left,
    }),
    ...(panel.over?.(plot) ?? []),
  ];
  laid.head.forEach((line, number) =>
    items.push(
      set.label(line, {
        x: box.x - laid.left,
        y: box.y - size * (0.35 + (laid.head.length - 1 - number) * LINE_HEIGHT) - 2,
      }),
    ),
  );
  if (direct) {
    const ends = grid.endsOf(panel).map((end) => ({ ...end, place: plot.up(end.at) }));
    const heights = ends.map(({ lines }) => lines.length * small * LINE_HEIGHT);
    const places = apart(
      ends.map(({ place }) => place),
      heights,
      box.y,
      box.y + box.height,
    );
    ends.forEach(({ lines, colour }, at) => {
      const top = (places[at] as number) - (heights[at] as number) / 2;
      lines.forEach((line, number) =>
        items.push(
          set.label(line, {
            x: box.x + box.width + 4,
            y: top + small * (LINE_HEIGHT * (number + 0.5) + CAP_HEIGHT / 2),
            size: small,
            colour,
          }),
        ),
      );
    });
  }
  return items;
}

/** Middles of boxes, as near to those that are wished for as they can be without one touching another, between two limits. */
export function apart(
  wished: readonly number[],
  heights: readonly number[],
  from: number,
  to: number,
): number[] {
  const order = range(wished.length).sort(
    (one, other) => (wished[one] as number) - (wished[other] as number),
  );
  const places = [...wished];
  let free = from;
  for (const index of order) {
    const half = (heights[index] as number) / 2;
    places[index] = Math.max(places[index] as number, free + half);
    free = (places[index] as number) + half;
  }
  let end = Math.max(to, from + sum(heights, (height) => height));
  for (const index of order.reverse()) {
    const half = (heights[index] as number) / 2;
    places[index] = Math.min(places[index] as number, end - half);
    end = (places[index] as number) - half;
  }
  return places;
}
