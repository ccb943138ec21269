import { expect, it } from 'vitest';
import { columns, faces, readSort, writeSort } from '../../../renderer/runs/columns.ts';

it('sorts as the address says, by a column that there is', () => {
  for (const { id } of faces('1e-3'))
    for (const descending of [true, false])
      expect(readSort(writeSort({ id, descending }))).toEqual({ id, descending });
  expect(faces('1e-3').map(({ id }) => id)).toEqual(columns('1e-3').map(({ id }) => id));
  for (const text of ['', '-', 'nothing', '--seed']) expect(readSort(text)).toBeNull();
  expect(writeSort(null)).toBe('');
});
