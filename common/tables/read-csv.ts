import { CascadeError } from '../errors.ts';

/** A row of a table with the line of the text on which it begins. */
export interface CsvRow {
  line: number;
  /** [columns] */
  cells: string[];
}

export interface CsvText {
  /** Names of the columns: no two are equal, and one without a name is called 'column 3'. */
  header: string[];
  /** All rows have as many cells as the header. */
  rows: CsvRow[];
  /** Where cells are divided by semicolons, a comma may be the decimal sign. */
  delimiter: ',' | ';' | '\t';
}

const DELIMITERS = [',', ';', '\t'] as const;
const MOST_ROWS = 100_000;

/**
 * Reads comma-separated values (RFC 4180), also with semicolons or tabs, with a byte order mark, any line ends, and blank lines,
 * which are passed over. The first line names the columns.
 *
 * @throws CascadeError INVALID with the line and the column of what is wrong
 */
export function readCsv(given: string): CsvText {
  const text = given.replace(/^\uFEFF/, '');
  if (text.includes('\0')) throw invalid('This is no text in UTF-8: save it as CSV in UTF-8.');
  const delimiter = delimiterOf(text);
  const [first, ...rows] = rowsOf(text, delimiter);
  if (first === undefined) throw invalid('There is nothing in it: the first line names the columns.');
  if (first.cells.every((cell) => cell !== '' && Number.isFinite(Number(cell))))
    throw invalid(
      `Line ${first.line} has numbers alone: put a line before it that names the columns, such as compression,accuracy.`,
    );
  const header = first.cells.map((name, index) => (name === '' ? `column ${index + 1}` : name));
  header.forEach((name, index) => {
    const before = header.indexOf(name);
    if (before < index)
      throw invalid(
        `Line ${first.line}, column ${index + 1}: ‘${name}’ is the name of column ${before + 1} already.`,
      );
  });
  for (const { line, cells } of rows)
    if (cells.length !== header.length)
      throw invalid(
        `Line ${line} has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, but the header has ${header.length}.`,
      );
  if (rows.length === 0) throw invalid('There is a header, but no row beneath it.');
  return { header, rows, delimiter };
}

/** The sign that is most frequent in the first line that is not blank, outside of quotes. */
function delimiterOf(text: string): CsvText['delimiter'] {
  const [line = ''] = /[^\r\n]*\S[^\r\n]*/.exec(text) ?? [];
  const plain = line.replace(/"[^"]*"/g, '');
  const count = (sign: string): number => plain.split(sign).length;
  return DELIMITERS.reduce((most, sign) => (count(sign) > count(most) ? sign : most));
}

/** Cells without quotes are trimmed. */
function rowsOf(text: string, delimiter: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const row: CsvRow = { line, cells: [] };
    let quoted = false;
    for (;;) {
      const cell = cellAt(text, at, delimiter, line, row.cells.length + 1);
      row.cells.push(cell.text);
      quoted ||= cell.quoted;
      line += cell.lines;
      at = cell.end;
      if (text[at] !== delimiter) break;
      at += 1;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    line += 1;
    // A line of nothing but delimiters is blank too, as spreadsheets leave them.
    if (!quoted && row.cells.every((cell) => cell === '')) continue;
    rows.push(row);
    if (rows.length > MOST_ROWS + 1)
      throw invalid(`There are more than ${MOST_ROWS} rows: keep those that you draw.`);
  }
  return rows;
}

interface CellFound {
  text: string;
  quoted: boolean;
  /** Where what ends it stands: a delimiter, a line end, or the end of the text. */
  end: number;
  /** Line ends within it. */
  lines: number;
}

function cellAt(text: string, start: number, delimiter: string, line: number, column: number): CellFound {
  const isEnd = (place: number): boolean =>
    place >= text.length || text[place] === delimiter || text[place] === '\n' || text[place] === '\r';
  let at = start;
  while (text[at] === ' ' || (text[at] === '\t' && delimiter !== '\t')) at += 1;
  if (text[at] !== '"') {
    while (!isEnd(at)) at += 1;
    return { text: text.slice(start, at).trim(), quoted: false, end: at, lines: 0 };
  }
  const parts: string[] = [];
  for (at += 1; ; at += 2) {
    const close = text.indexOf('"', at);
    if (close < 0) throw invalid(`Line ${line}, column ${column}: its quote is not closed.`);
    parts.push(text.slice(at, close));
    at = close;
    if (text[at + 1] !== '"') break;
  }
  at += 1;
  while (text[at] === ' ') at += 1;
  if (!isEnd(at))
    throw invalid(
      `Line ${line}, column ${column}: there is more after its closing quote. A quote within quotes is written twice.`,
    );
  const whole = parts.join('"');
  return { text: whole, quoted: true, end: at, lines: whole.split(/\r\n|\r|\n/).length - 1 };
}

function invalid(sentence: string): CascadeError {
  return new CascadeError('INVALID', sentence);
}
