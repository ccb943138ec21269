/** A table; the columns of these places stand to the right. */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: number[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(titles),
    line(titles.map((_, at) => (numbers.includes(at) ? '--:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

export function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

/** Text in which Markdown finds nothing to format. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_<>|[\]]/g, '\\$&');
}
