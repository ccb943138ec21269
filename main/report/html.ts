import { parseLabel } from '../../common/figures/text.ts';

/** Pieces of an HTML page: everything that comes from elsewhere goes through `text` or `attribute`. */

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What a page cannot hold: control characters but for tabs and ends of lines. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Text, within an element or an attribute's quotes. */
export function text(value: string): string {
  return value.replace(CONTROLS, '\ufffd').replace(/[&<>"']/g, (sign) => SIGNS[sign]!);
}

/** A name that people gave: it may run from right to left, and turns nothing around it. */
export function name(value: string): string {
  return `<bdi>${text(value)}</bdi>`;
}

/** A label of figures, formulas between dollars, as HTML. */
export function label(source: string): string {
  return parseLabel(source)
    .map(({ text: told, italic, raise }) => {
      const inner = italic ? `<i>${text(told)}</i>` : text(told);
      if (raise === 0) return inner;
      return raise > 0 ? `<sup>${inner}</sup>` : `<sub>${inner}</sub>`;
    })
    .join('');
}

export interface Column {
  /** As HTML. */
  head: string;
  number?: boolean;
}

/** A table that scrolls by itself where it is wide. Cells are HTML; the first of a row names it. */
export function table(
  label: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const kind = (index: number): string => (columns[index]?.number === true ? ' class="number"' : '');
  const head = columns.map((column, index) => `<th scope="col"${kind(index)}>${column.head}</th>`).join('');
  const body = rows.map(
    (row) =>
      `<tr>${row
        .map((cell, index) =>
          index === 0 ? `<th scope="row"${kind(index)}>${cell}</th>` : `<td${kind(index)}>${cell}</td>`,
        )
        .join('')}</tr>`,
  );
  return [
    `<div class="wide" role="region" aria-label="${text(label)}" tabindex="0">`,
    `<table><thead><tr>${head}</tr></thead><tbody>`,
    ...body,
    '</tbody></table></div>',
  ].join('\n');
}
