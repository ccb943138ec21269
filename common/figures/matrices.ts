import { CascadeError } from '../errors.ts';
import type { Table } from '../tables/csv.ts';
import { viridis } from './colour-scale.ts';
import { axisTitle, drawn, type Facts, type MatrixAxis, type MatrixPanel, type Quantity } from './data.ts';
import { layoutLegend } from './legend.ts';
import { luminance } from './looks.ts';
import { CAP_HEIGHT, polyline, rectangle, type Box, type Item, type Scene } from './scene.ts';
import { makeScale } from './scales.ts';
import { styleOf, type StyleGiven } from './style.ts';
import { plainText } from './text.ts';
import { LINE_HEIGHT, Typesetter, type Metrics } from './typesetter.ts';

/** Matrices of numbers as colours, with a scale that all share: for kinds of figure whose data are panels of cells. */

const EDGE = 1;
const GAP = 8;
const LEAST_CELL = 0.4;
const STEPS = 64;

interface MatrixOptions {
  columns: number;
  limits: readonly [number | null, number | null];
  values: boolean;
}

interface Laid {
  panel: MatrixPanel;
  rowNames: readonly string[];
  head: readonly string[];
}

/** @throws CascadeError BAD_STYLE where there is no room */
export function drawMatrices(
  metrics: Metrics,
  asked: StyleGiven,
  panels: readonly MatrixPanel[],
  given: MatrixOptions,
  notes: readonly string[],
): Scene {
  const columns = Math.max(1, Math.min(given.columns, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const square = panels.some(({ rows: one, columns: other }) => one.names.length === other.names.length);
  const set = new Typesetter(metrics, styleOf(asked, { rows, columns }));
  const { style } = set;
  const { size, small, width } = style;
  const [first] = panels;
  const values = panels.flatMap(({ cells }) =>
    cells.flatMap((row) => row.flatMap((cell) => cell?.mean ?? [])),
  );
  const quantity = first?.quantity;
  const shown = quantity === undefined ? [] : values.map((value) => drawn(quantity, value));
  const scale = makeScale({ kind: 'linear', values: shown, limits: given.limits, nice: true });
  const bar = first === undefined || style.legend === 'none' ? null : colourBar(set, first.quantity, scale);
  const noteBlock = layoutLegend(set, [], notes, width);
  const slotWidth = (width - 2 * EDGE - GAP * (columns - 1)) / columns;
  const laid = panels.map((panel, index): Laid => {
    const letter = panels.length > 1 && style.letters ? `(${String.fromCharCode(97 + index)})` : null;
    const title = style.titles[index] || panel.title;
    const head = [letter, title].filter((part) => part !== null && part !== '').join(' ');
    // Names take up to two fifths of a panel; longer ones are cut into lines.
    return { panel, rowNames: panel.rows.names, head: head === '' ? [] : set.wrap(head, slotWidth) };
  });
  const widestName = Math.min(
    slotWidth * 0.42,
    Math.max(0, ...laid.flatMap(({ rowNames }) => rowNames.map((name) => set.width(name, small)))),
  );
  const left = widestName + 4 + size * LINE_HEIGHT;
  const headLines = Math.max(0, ...laid.map(({ head }) => head.length));
  const top = headLines * size * LINE_HEIGHT + (headLines === 0 ? 2 : 4);
  const below = small * 1.35 + 2 + size * LINE_HEIGHT + 3;
  const barHeight = bar === null ? 0 : bar.height;
  const fixed = 2 * EDGE + barHeight + noteBlock.height + rows * (top + below);
  const plotWidth = slotWidth - left - 2;
  const most = style.height + style.room;
  const wanted = square && asked.height === undefined ? plotWidth * rows + fixed : style.height;
  const plotHeight = Math.min(
    (Math.max(Math.min(wanted, most), 0) - fixed) / rows,
    square ? plotWidth : Infinity,
  );
  const names = Math.max(1, ...laid.map(({ panel }) => panel.rows.names.length));
  if (plotWidth < 20 || plotHeight < Math.max(20, names * LEAST_CELL))
    throw new CascadeError(
      'BAD_STYLE',
      `A figure of ${width.toFixed(0)} × ${style.height.toFixed(0)} points has no room for its matrices: make it larger, or choose fewer of them.`,
    );
  const items: Item[] = [];
  const start = EDGE + (style.legend === 'bottom' ? 0 : barHeight);
  laid.forEach(({ panel, head }, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const plot = {
      x: EDGE + column * (slotWidth + GAP) + left,
      y: start + row * (top + plotHeight + below) + top,
      width: square ? Math.min(plotWidth, plotHeight) : plotWidth,
      height: plotHeight,
    };
    head.forEach((line, at) =>
      items.push(
        set.label(line, { x: plot.x - left, y: plot.y - 4 - (head.length - 1 - at) * size * LINE_HEIGHT }),
      ),
    );
    items.push(...drawCells(set, panel, plot, scale, given.values));
    items.push(...rowLabels(set, panel.rows, plot, widestName, left));
    items.push(...columnLabels(set, panel.columns, plot));
  });
  const end = start + rows * (top + plotHeight + below);
  if (bar !== null) items.push(...bar.draw(style.legend === 'bottom' ? end : EDGE));
  const notesAt = end + (style.legend === 'bottom' ? barHeight : 0);
  items.push(...noteBlock.draw(notesAt));
  return {
    width,
    height: notesAt + noteBlock.height + EDGE,
    description: panels
      .map(({ title, quantity: told, rows: one, columns: other }) =>
        plainText(`${told.title} by ${one.title} and ${other.title}${title === null ? '' : `: ${title}`}`),
      )
      .join('; '),
    items,
  };
}

type ColourScale = ReturnType<typeof makeScale>;

function drawCells(
  set: Typesetter,
  { cells, rows, columns, quantity }: MatrixPanel,
  plot: Box,
  scale: ColourScale,
  values: boolean,
): Item[] {
  const [wide, high] = [plot.width / columns.names.length, plot.height / rows.names.length];
  const items: Item[] = [];
  // A cell reaches beneath the next ones, so that no viewer shows paper between them.
  const bleed = Math.min(0.5, wide, high);
  const digits = digitsOf(cells, quantity);
  const size = textSize(set, cells, quantity, digits, wide, high);
  cells.forEach((line, row) =>
    line.forEach((cell, column) => {
      const box = {
        x: plot.x + column * wide,
        y: plot.y + row * high,
        width: wide + (column === line.length - 1 ? 0 : bleed),
        height: high + (row === cells.length - 1 ? 0 : bleed),
      };
      if (cell === null) return items.push(...absentCell(box));
      const value = drawn(quantity, cell.mean);
      const colour = viridis(scale.at(value));
      items.push(rectangle(box, { fill: { colour } }));
      if (values && size !== null)
        items.push(
          set.label(cellNumber(value, digits), {
            x: plot.x + (column + 0.5) * wide,
            y: plot.y + (row + 0.5) * high + (size * CAP_HEIGHT) / 2,
            anchor: 'middle',
            size,
            colour: luminance(colour) > 0.3 ? '000000' : 'ffffff',
          }),
        );
    }),
  );
  items.push(rectangle(plot, { stroke: { colour: '000000', width: set.style.axis } }));
  return items;
}

/** A cell without a number is white with a line across it: no colour of the scale. */
function absentCell({ x, y, width, height }: Box): Item[] {
  return [
    polyline(
      [
        [x, y + height],
        [x + width, y],
      ],
      { colour: '9a9a9a', width: 0.3 },
    ),
  ];
}

/** The size at which all numbers fit into their cells; null where they do not. */
function textSize(
  set: Typesetter,
  cells: MatrixPanel['cells'],
  quantity: Quantity,
  digits: number,
  wide: number,
  high: number,
): number | null {
  const widest = Math.max(
    0,
    ...cells.flatMap((line) =>
      line.flatMap((cell) =>
        cell === null ? [] : set.width(cellNumber(drawn(quantity, cell.mean), digits), 1),
      ),
    ),
  );
  const size = Math.min(set.style.small, high / 1.3, widest === 0 ? Infinity : (wide - 1.5) / widest);
  return size >= 5 ? size : null;
}

const cellNumber = (value: number, digits: number): string => {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
};

/** Decimals with which cells are told apart: a hundredth of their range, and no more than that. */
function digitsOf(cells: MatrixPanel['cells'], quantity: Quantity): number {
  const values = cells.flatMap((line) =>
    line.flatMap((cell) => (cell === null ? [] : [drawn(quantity, cell.mean)])),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) return 1;
  return Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(high - low) - 1e-9)));
}

/** Every name where there is room for all, else each so many. */
function every(count: number, step: number, room: number): number {
  const wanted = Math.max(1, Math.ceil(room / step));
  return [1, 2, 5, 10, 20, 25, 50, 100, 200, 500].find((each) => each >= wanted) ?? count;
}

function rowLabels(
  set: Typesetter,
  { names, title }: MatrixAxis,
  plot: Box,
  widest: number,
  left: number,
): Item[] {
  const { small, size } = set.style;
  const step = plot.height / names.length;
  const each = every(names.length, step, small * LINE_HEIGHT);
  return [
    ...names.flatMap((name, index) =>
      index % each === 0
        ? [
            set.label(cut(set, name, widest), {
              x: plot.x - 3,
              y: plot.y + (index + 0.5) * step + (small * CAP_HEIGHT) / 2,
              anchor: 'end',
              size: small,
            }),
          ]
        : [],
    ),
    set.label(cut(set, title, plot.height, size), {
      x: plot.x - left + size * 0.85,
      y: plot.y + plot.height / 2,
      anchor: 'middle',
      upright: true,
    }),
  ];
}

function columnLabels(set: Typesetter, { names, title }: MatrixAxis, plot: Box): Item[] {
  const { small, size } = set.style;
  const step = plot.width / names.length;
  // Names that are wide stand in for nothing: rows have them, in the same order, and columns then have numbers.
  const widest = Math.max(0, ...names.map((name) => set.width(name, small)));
  const numbered = widest > Math.max(step * 3, 24);
  const shown = numbered ? names.map((_, index) => String(index + 1)) : names;
  const room = Math.max(...shown.map((name) => set.width(name, small))) + small * 0.5;
  const each = every(names.length, step, room);
  return [
    ...shown.flatMap((name, index) => {
      if (index % each !== 0) return [];
      const x = plot.x + (index + 0.5) * step;
      return [set.label(name, { x, y: plot.y + plot.height + 2 + small, anchor: 'middle', size: small })];
    }),
    set.label(cut(set, title, plot.width, size), {
      x: plot.x + plot.width / 2,
      y: plot.y + plot.height + small * 1.35 + size,
      anchor: 'middle',
    }),
  ];
}

/** A name with its end left out where it is wider than the room. */
function cut(set: Typesetter, name: string, most: number, size = set.style.small): string {
  if (set.width(name, size) <= most) return name;
  const plain = [...plainText(name)];
  while (plain.length > 1 && set.width(`${plain.join('')}…`.replaceAll('$', '\\$'), size) > most) plain.pop();
  return `${plain.join('').trimEnd()}…`.replaceAll('$', '\\$');
}

/** The scale of colours with its numbers and what they are. */
function colourBar(set: Typesetter, quantity: Quantity, scale: ColourScale) {
  const { small, size, width } = set.style;
  const title = set.wrap(axisTitle(quantity), width - 4, size);
  const high = Math.max(5, small * 0.8);
  const height = title.length * size * LINE_HEIGHT + high + small * 1.4 + 6;
  return {
    height,
    draw(y: number): Item[] {
      const wide = Math.min(width * 0.6, 220);
      const x = (width - wide) / 2;
      const items: Item[] = title.map((line, index) =>
        set.label(line, { x: width / 2, y: y + size * (0.9 + index * LINE_HEIGHT), anchor: 'middle' }),
      );
      const top = y + title.length * size * LINE_HEIGHT + 2;
      for (let step = 0; step < STEPS; step++) {
        const box = { x: x + (step * wide) / STEPS, y: top, width: wide / STEPS + 0.5, height: high };
        items.push(
          rectangle(
            { ...box, width: Math.min(box.width, x + wide - box.x) },
            { fill: { colour: viridis((step + 0.5) / STEPS) } },
          ),
        );
      }
      items.push(
        rectangle(
          { x, y: top, width: wide, height: high },
          { stroke: { colour: '000000', width: set.style.axis } },
        ),
      );
      for (const { value, label } of scale.ticks(5)) {
        const at = x + scale.at(value) * wide;
        items.push(
          polyline(
            [
              [at, top + high],
              [at, top + high + 2],
            ],
            { colour: '000000', width: set.style.axis },
          ),
          set.label(label, { x: at, y: top + high + 3 + small * 0.85, anchor: 'middle', size: small }),
        );
      }
      return items;
    },
  };
}

/** Every number of every cell, a row each. */
export function matrixTable(panels: readonly MatrixPanel[], facts: Facts): Table {
  return {
    columns: ['panel', 'row', 'column', 'measure', 'of', 'threshold', 'mean', 'n', 'unfinished', 'runs'],
    rows: panels.flatMap((panel, index) =>
      panel.cells.flatMap((line, row) =>
        line.map((cell, column) => [
          panel.title ?? String(index + 1),
          panel.rows.names[row] ?? '',
          panel.columns.names[column] ?? '',
          panel.quantity.id,
          panel.quantity.of ?? null,
          panel.quantity.threshold ?? null,
          cell?.mean ?? null,
          cell?.n ?? 0,
          facts.unfinished,
          panel.groups.flatMap(({ runs }) => runs).join(' '),
        ]),
      ),
    ),
  };
}
