import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCsv } from '../../../common/tables/csv.ts';
import { readCsv } from '../../../common/tables/read-csv.ts';

const cellsOf = (text: string): string[][] => readCsv(text).rows.map(({ cells }) => cells);

test('what is written as CSV is read again, whatever the cells hold', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', ';', '"', '\n', '\r', '\t', 'é', '%') });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
      // Blanks around a cell that needs no quotes are not told apart, nor is a row of nothing.
      const meant = rows
        .map((row) => row.map((text) => (/[",\r\n]/.test(text) ? text : text.trim())))
        .filter((row) => row.some((text) => text !== ''));
      fc.pre(meant.length > 0);
      expect(cellsOf(encodeCsv({ columns: ['x', 'y'], rows }))).toEqual(meant);
    }),
  );
});

test.each([
  ['line feeds', 'x,y\n1,2\n3,4\n'],
  ['no end of the last line', 'x,y\n1,2\n3,4'],
  ['CRLF', 'x,y\r\n1,2\r\n3,4\r\n'],
  ['CR alone', 'x,y\r1,2\r3,4\r'],
  ['a byte order mark', '\uFEFFx,y\n1,2\n3,4\n'],
  ['blank lines', '\n\nx,y\n\n1,2\n   \n3,4\n,\n\n'],
  ['semicolons', 'x;y\n1;2\n3;4\n'],
  ['tabs', 'x\ty\n1\t2\n3\t4\n'],
  ['quotes and blanks', ' "x" , "y"\n "1" ,2\n3, "4" \n'],
])('one table, with %s', (_, text) => {
  const { header, rows } = readCsv(text);
  expect(header).toEqual(['x', 'y']);
  expect(rows.map(({ cells }) => cells)).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('rows know their lines, also behind cells of several lines', () => {
  expect(readCsv('x,y\r\n"a\r\nb",1\r\n\r\nc,2\r\n').rows.map(({ line }) => line)).toEqual([2, 5]);
});

test('a column without a name, as data frames write their index, is called by its place', () => {
  expect(readCsv(',y\n0,1\n').header).toEqual(['column 1', 'y']);
});

test.each([
  ['', 'There is nothing in it: the first line names the columns.'],
  ['\n \n', 'There is nothing in it: the first line names the columns.'],
  ['x,y\n', 'There is a header, but no row beneath it.'],
  [
    '1,0.9\n2,0.8\n',
    'Line 1 has numbers alone: put a line before it that names the columns, such as compression,accuracy.',
  ],
  ['x,y,x\n1,2,3\n', 'Line 1, column 3: ‘x’ is the name of column 1 already.'],
  ['x,y\n1,2\n\n3\n', 'Line 4 has 1 cell, but the header has 2.'],
  ['x,y\n1,2,3\n', 'Line 2 has 3 cells, but the header has 2.'],
  ['x,y\n1,"2\n3,4\n', 'Line 2, column 2: its quote is not closed.'],
  [
    'x,y\n1,"2"3\n',
    'Line 2, column 2: there is more after its closing quote. A quote within quotes is written twice.',
  ],
  ['x\0,y\n', 'This is no text in UTF-8: save it as CSV in UTF-8.'],
])('%j is refused in a sentence', (text, sentence) => {
  expect(() => readCsv(text)).toThrow(sentence);
});
