import { expect, test } from 'vitest';
import { encodeCsv } from '../../../common/tables/csv.ts';

test('one header, then the rows: numbers in full, nothing where nothing is known', () => {
  const table = {
    columns: ['a', 'b'],
    rows: [
      [0.1 + 0.2, null],
      [1e-300, Number.NaN],
      [Infinity, -Infinity],
      [-0, 2 ** 53],
    ],
  };
  expect(encodeCsv(table)).toBe('a,b\n0.30000000000000004,\n1e-300,\ninf,-inf\n0,9007199254740992\n');
});

test('texts with commas, quotes and line breaks are quoted', () => {
  const texts = ['plain', 'a,b', 'a "b"', 'a\nb', 'a\rb', ''];
  expect(encodeCsv({ columns: ['x'], rows: texts.map((text) => [text]) })).toBe(
    'x\nplain\n"a,b"\n"a ""b"""\n"a\nb"\n"a\rb"\n\n',
  );
});
