import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Shell } from './helpers.ts';

/** A JSON file of this text. */
function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-figures-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'figure.json');
  writeFileSync(path, text);
  return path;
}

test('figures of files are kept, listed and forgotten; a file that was written of one is one too', async () => {
  const shell = new Shell();
  expect(await shell.run('figures', '--list')).toBe(0);
  expect(shell.stdout).toContain('There are no figures in this workspace yet');
  const plain = file('{"name": "one", "kind": "curves", "style": {"venue": "icml"}}');
  const written = file('{"specification": {"name": "two", "kind": "table"}, "provenance": {}}');
  expect(await shell.run('figures', '--add', plain, written, '--list')).toBe(0);
  expect(shell.stdout).toMatch(/one +curves +icml +all runs +never/);
  expect(shell.stdout).toMatch(/two +table +neurips/);
  expect(await shell.run('figures', 'one', '--remove')).toBe(0);
  expect(await shell.run('figures', '--list')).toBe(0);
  expect(shell.stdout).not.toContain('one');
});

test.each([
  ['{"name": "one", "kind": "curves", "colour": 1}', /specifies no figure: .*colour/],
  ['{"name": "a/b", "kind": "curves"}', /'name': a name has letters/],
  ['{"name": "one"', /cannot be read as JSON/],
])('%s is refused with the place of the mistake', async (text, sentence) => {
  const shell = new Shell();
  expect(await shell.run('figures', '--add', file(text))).not.toBe(0);
  expect(shell.stderr).toMatch(sentence);
});

test('a figure that is not there is named', async () => {
  const shell = new Shell();
  expect(await shell.run('figures', 'nothing')).not.toBe(0);
  expect(shell.stderr).toContain("There is no figure 'nothing'");
});
