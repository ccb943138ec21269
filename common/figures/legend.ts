import { CAP_HEIGHT, type Item, polyline } from './scene.ts';
import type { Look } from './looks.ts';
import { marker } from './markers.ts';
import { LINE_HEIGHT, type Typesetter } from './typesetter.ts';

/** A thing that is drawn in panels, and its name. */
export interface LegendEntry {
  /** In the language of labels. */
  label: string;
  /** A sample of it: `width` points from x on, about the middle y. */
  sample(x: number, y: number, width: number): Item[];
}

/** How a line of a group is drawn in a figure of this style. */
export function lineSample(look: Look, set: Typesetter, withMarker: boolean): LegendEntry['sample'] {
  return (x, y, width) => [
    polyline(
      [
        [x, y],
        [x + width, y],
      ],
      strokeOf(look, set.style.line),
    ),
    ...(withMarker ? [marker(look, [x + width / 2, y], markerSize(set))] : []),
  ];
}

export function strokeOf(look: Pick<Look, 'colour' | 'dash'>, width: number) {
  return { colour: look.colour, width, dash: look.dash.map((length) => length * width) };
}

export const markerSize = (set: Typesetter): number => Math.max(2.6, set.style.small * 0.52);

/** Entries in centred lines, and notes beneath them: what they take, and how they are drawn from a height on. */
export interface LaidLegend {
  height: number;
  draw(top: number): Item[];
}

export function layoutLegend(
  set: Typesetter,
  entries: readonly LegendEntry[],
  notes: readonly string[],
  pageWidth: number,
): LaidLegend {
  const size = set.style.small;
  const most = pageWidth - 4;
  const [sample, gap, between] = [size * 2.6, size * 0.45, size * 1.5];
  const laid = entries.map((entry): LaidEntry => {
    const lines = set.wrap(entry.label, most - sample - gap, size);
    const width = sample + gap + Math.max(0, ...lines.map((line) => set.width(line, size)));
    return { entry, lines, width, height: lines.length * size * LINE_HEIGHT };
  });
  const rows = balancedRows(laid, between, most);
  const noteLines = notes.flatMap((note) => set.wrap(note, most, size));
  const heightOf = (row: LaidEntry[]): number => Math.max(...row.map(({ height }) => height));
  const height = rows.reduce((sum, row) => sum + heightOf(row), 0) + noteLines.length * size * LINE_HEIGHT;
  return {
    height: height === 0 ? 0 : height + size * 0.6,
    draw: (top) => {
      const items: Item[] = [];
      let y = top;
      for (const row of rows) {
        let x = (pageWidth - rowWidth(row, between)) / 2;
        for (const { entry, lines, width } of row) {
          const baseline = y + size * 0.9;
          items.push(...entry.sample(x, baseline - (size * CAP_HEIGHT) / 2, sample));
          lines.forEach((line, index) =>
            items.push(
              set.label(line, { x: x + sample + gap, y: baseline + index * size * LINE_HEIGHT, size }),
            ),
          );
          x += width + between;
        }
        y += heightOf(row);
      }
      for (const line of noteLines) {
        items.push(set.label(line, { x: pageWidth / 2, y: y + size * 0.9, anchor: 'middle', size }));
        y += size * LINE_HEIGHT;
      }
      return items;
    },
  };
}

interface LaidEntry {
  entry: LegendEntry;
  lines: string[];
  width: number;
  height: number;
}

/** As few rows as the width allows, and those of nearly one width: no entry is left alone in a last row without need. */
function balancedRows(entries: readonly LaidEntry[], between: number, most: number): LaidEntry[][] {
  const fewest = rowsWithin(entries, between, most);
  for (let width = most - 4; width > 0; width -= 4) {
    const rows = rowsWithin(entries, between, width);
    if (rows.length > fewest.length || rows.some((row) => rowWidth(row, between) > width))
      return rowsWithin(entries, between, width + 4);
  }
  return fewest;
}

const rowWidth = (row: readonly LaidEntry[], between: number): number =>
  row.reduce((sum, { width }) => sum + width + between, -between);

function rowsWithin(entries: readonly LaidEntry[], between: number, most: number): LaidEntry[][] {
  const rows: LaidEntry[][] = [];
  for (const entry of entries) {
    const row = rows.at(-1);
    if (row !== undefined && rowWidth([...row, entry], between) <= most) row.push(entry);
    else rows.push([entry]);
  }
  return rows;
}
