import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROGRAMS, benchFile } from '../../bench/children.ts';

test('every program that a benchmark starts is where it is looked for', () => {
  expect(PROGRAMS.filter((name) => !existsSync(benchFile(name)))).toEqual([]);
});
