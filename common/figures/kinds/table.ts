import * as z from 'zod';
import { SPREADS } from '../../statistics/spread.ts';
import { CascadeError } from '../../errors.ts';
import { cellText, decimalsOf, drawnColumn } from '../cell-text.ts';
import { axisTitle, type Cells, type Facts } from '../data.ts';
import { defineFigure } from '../figure.ts';
import { polyline, type Item, type Scene } from '../scene.ts';
import { notesOf } from '../series.ts';
import { LEAST_SIZE, styleOf } from '../style.ts';
import { latexOf, plainText } from '../text.ts';
import { LINE_HEIGHT, Typesetter } from '../typesetter.ts';

/** Numbers after the last epoch, a row for each group; for LaTeX and Markdown too. */
export const table = defineFigure({
  id: 'table',
  title: 'Table',
  description:
    'Measures after the last epoch, a row for each group: mean, spread and n, the best of a column in bold.',
  shape: 'cells',
  options: z.strictObject({}),
  draw: (data, _, { metrics, style: asked, facts }) => {
    const style = styleOf(asked);
    const set = new Typesetter(metrics, style);
    for (let size = style.size; size >= LEAST_SIZE; size -= 0.5) {
      const scene = drawTable(set, contentOf(data, facts), size, notesFor(data, facts));
      if (scene !== null) return scene;
    }
    throw new CascadeError(
      'BAD_STYLE',
      'The table is wider than the page even in the smallest font: choose fewer measures, or a full width.',
    );
  },
  table: (data, facts) => ({
    columns: ['group', 'measure', 'of', 'threshold', 'mean', 'low', 'high', 'n', 'spread', 'best', 'runs'],
    rows: data.rows.flatMap(({ label, cells, runs }) =>
      data.quantities.map(({ id, of, threshold }, index) => {
        const cell = cells[index] ?? null;
        return [
          label,
          id,
          of ?? null,
          threshold ?? null,
          cell?.mean ?? null,
          cell?.low ?? null,
          cell?.high ?? null,
          cell?.n ?? null,
          facts.spread,
          cell?.best === true ? 1 : 0,
          runs.join(' '),
        ];
      }),
    ),
  }),
  texts: { tex: latexTable, md: markdownTable },
});

/** A table of labels: the head, and rows of which each cell may be bold. */
interface Content {
  head: string[];
  rows: { text: string; bold: boolean }[][];
}

function contentOf(data: Cells, facts: Facts): Content {
  const columns = data.quantities.map((_, index) => drawnColumn(data, index));
  const decimals = columns.map(decimalsOf);
  return {
    head: ['', '$n$', ...data.quantities.map(axisTitle)],
    rows: data.rows.map(({ label, n, least = n }, row) => [
      { text: label, bold: false },
      { text: least === n ? String(n) : `${least}–${n}`, bold: false },
      ...columns.map((column, index) => {
        const cell = column[row] ?? null;
        return { text: cellText(cell, decimals[index] as number, facts), bold: cell?.best === true };
      }),
    ]),
  };
}

function notesFor(data: Cells, facts: Facts): string[] {
  const spread = facts.spread === 'none' ? '' : SPREADS[facts.spread].title;
  const told = facts.spread === 'bootstrap' ? `brackets: ${spread}` : `±: ${spread}`;
  const unfinished = notesOf([], facts, '');
  const parts = [...(spread === '' ? [] : [told]), ...(data.test === null ? [] : [data.test]), ...unfinished];
  return parts.length === 0 ? [] : [`${parts.join('; ')}.`];
}

/** Rules above, beneath the head, and below, as booktabs has them. @returns null where the page is too narrow */
function drawTable(set: Typesetter, { head, rows }: Content, size: number, notes: string[]): Scene | null {
  const { width: page, small } = set.style;
  const gap = size * 1.2;
  const natural = head.map((_, column) =>
    Math.max(0, ...rows.map((row) => set.width(row[column]?.text ?? '', size, row[column]?.bold ?? false))),
  );
  const heads = head.map((title, column) =>
    set.wrap(title, Math.max(natural[column] as number, size * 6), size),
  );
  const widths = natural.map((width, column) =>
    Math.max(width, ...(heads[column] ?? []).map((line) => set.width(line, size))),
  );
  const total = widths.reduce((sum, width) => sum + width + gap, gap * 0.4 - gap);
  if (total > page - 2) return null;
  const line = size * LINE_HEIGHT;
  const headLines = Math.max(1, ...heads.map((lines) => lines.length));
  const left = (page - total) / 2 + gap * 0.2;
  const noteLines = notes.flatMap((note) => set.wrap(note, page - 4, small));
  const rulesAt = [3, 3 + headLines * line + size * 0.7];
  const bottom = (rulesAt[1] as number) + rows.length * line + size * 0.7;
  const items: Item[] = [...rulesAt, bottom].map((y, index) =>
    polyline(
      [
        [left - gap * 0.2, y],
        [left - gap * 0.2 + total, y],
      ],
      { colour: '000000', width: set.style.axis * (index === 1 ? 1 : 1.6) },
    ),
  );
  let x = left;
  head.forEach((_, column) => {
    const width = widths[column] as number;
    const at = column === 0 ? ({ x, anchor: 'start' } as const) : ({ x: x + width, anchor: 'end' } as const);
    const lines = heads[column] ?? [];
    lines.forEach((text, index) => {
      const y = 3 + size * 0.3 + (headLines - lines.length + index) * line + size * 0.85;
      items.push(set.label(text, { ...at, y, size }));
    });
    rows.forEach((row, index) => {
      const y = (rulesAt[1] as number) + size * 0.3 + index * line + size * 0.85;
      items.push(set.label(row[column]?.text ?? '', { ...at, y, size, bold: row[column]?.bold ?? false }));
    });
    x += width + gap;
  });
  noteLines.forEach((text, index) =>
    items.push(set.label(text, { x: 2, y: bottom + small * (1.3 + index * LINE_HEIGHT), size: small })),
  );
  const height = Math.ceil(
    bottom + (noteLines.length === 0 ? 3 : small * (1.7 + (noteLines.length - 1) * LINE_HEIGHT) + 1),
  );
  const description = `Table: ${head.slice(2).map(plainText).join('; ')}`;
  return {
    width: page,
    height,
    description,
    items: items.filter((item) => item.kind !== 'label' || item.source !== ''),
  };
}

function latexTable(data: Cells, facts: Facts, provenance: string): string {
  const { head, rows } = contentOf(data, facts);
  const cell = ({ text, bold }: { text: string; bold: boolean }): string =>
    bold ? `\\textbf{\\boldmath ${latexOf(text)}}` : latexOf(text);
  return [
    `% ${provenance}`,
    '% Use: \\usepackage{booktabs} in the preamble, and \\input{this file} where the table stands.',
    `\\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '\\toprule',
    `${head.map(latexOf).join(' & ')} \\\\`,
    '\\midrule',
    ...rows.map((row) => `${row.map(cell).join(' & ')} \\\\`),
    '\\bottomrule',
    '\\end{tabular}',
    ...notesFor(data, facts).map((note) => `% ${plainText(note)}`),
    '',
  ].join('\n');
}

function markdownTable(data: Cells, facts: Facts, provenance: string): string {
  const { head, rows } = contentOf(data, facts);
  const text = (source: string): string => plainText(source).replaceAll('|', '\\|');
  return [
    `| ${head.map(text).join(' | ')} |`,
    `| --- | ${head
      .slice(1)
      .map(() => '---:')
      .join(' | ')} |`,
    ...rows.map(
      (row) =>
        `| ${row.map((cell) => (cell.bold ? `**${text(cell.text)}**` : text(cell.text))).join(' | ')} |`,
    ),
    '',
    ...notesFor(data, facts).map((note) => plainText(note)),
    '',
    `<!-- ${provenance} -->`,
    '',
  ].join('\n');
}
