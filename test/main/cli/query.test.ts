import { expect, test } from 'vitest';
import { sqlSchema } from '../../../main/workspace/query/views/registry.ts';
import { Shell } from './helpers.ts';

test('query: a table for a person, CSV and JSON for programs, and what was cut off on standard error', async () => {
  const shell = new Shell();
  expect(await shell.run('query', '--sql', 'select name, value from t')).toBe(0);
  expect(shell.stdout).toBe('name  value\na       1.5\nb         –\n\n2 rows\n');
  expect(shell.stderr).toBe('');
  expect(await shell.run('query', '--csv', '--limit', '1', '--sql', 'select')).toBe(0);
  expect(shell.stdout).toBe('name,value\na,1.5\n');
  expect(shell.stderr).toBe('Only the first rows are told.\n');
  expect(await shell.run('--json', 'query', '--sql', 'select')).toBe(0);
  expect(shell.document).toEqual({
    columns: ['name', 'value'],
    rows: [
      ['a', 1.5],
      ['b', null],
    ],
    cut: null,
  });
});

test('query: what is wrong is told with its place', async () => {
  const shell = new Shell();
  expect(await shell.run('query', '--sql', 'select wrong')).toBe(1);
  expect(shell.stderr).toContain("There is no column 'wrong'.\n  line 1:8, wrong");
  expect(await shell.run('--json', 'query', '--sql', 'select wrong')).toBe(1);
  expect(shell.document).toMatchObject({ error: { problems: [{ line: 1, column: 8, key: 'wrong' }] } });
  expect(await shell.run('query')).toBe(2);
  expect(shell.stderr).toContain('say what is asked');
  expect(await shell.run('query', '--sql', 'select', '--timeout', '0')).toBe(2);
});

test('query --schema: every view and column, without a workspace', async () => {
  const shell = new Shell();
  expect(await shell.run('query', '--schema')).toBe(0);
  for (const { name, columns } of sqlSchema().views) {
    expect(shell.stdout).toContain(`${name}: a row for each`);
    for (const column of columns) expect(shell.stdout).toContain(`  ${column.name} `);
  }
  expect(await shell.run('--json', 'query', '--schema')).toBe(0);
  expect(shell.document).toEqual(sqlSchema());
  expect(shell.opened).toEqual([]);
});
