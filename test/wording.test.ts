import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['bench', 'build', 'common', 'docs', 'main', 'preload', 'renderer', 'scripts', 'test'];
const TEXTS = /\.(ts|vue|mjs|md|py)$/;

/** The word in two, also where a line of a comment ends between them. */
const IN_TWO = /\bcan\s+(?:[*/]+\s+)?not\b(?!\s+only)/gi;

const files = [
  ...readdirSync(root),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
].filter((file) => TEXTS.test(file));

test('cannot is one word', () => {
  expect(files.length).toBeGreaterThan(500);
  const places = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(IN_TWO)].map(
      ({ index }) => `${file}:${text.slice(0, index).split('\n').length}`,
    );
  });
  expect(places).toEqual([]);
});
