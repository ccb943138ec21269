import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noticesOf } from '../../build/third-party.ts';
import { checkout } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from './helpers.mjs';

/** @param {string} path */
const packaged = (path) => join(checkout, 'node_modules', path);

test('what the built page contains is told with its terms: fonts, charts and all other packages', () => {
  const text = readFileSync(join(checkout, 'out', 'renderer', 'THIRD-PARTY.txt'), 'utf8');
  for (const name of [
    '@fontsource-variable/inter',
    '@fontsource/jetbrains-mono',
    'echarts',
    'zrender',
    '@vue/runtime-dom',
  ]) {
    const { version } = JSON.parse(readFileSync(join(packaged(name), 'package.json'), 'utf8'));
    expect(text).toContain(`\n${name} ${version} (`);
    expect(text).toContain(readFileSync(join(packaged(name), 'LICENSE'), 'utf8').trim());
  }
  expect(text).toContain(readFileSync(join(packaged('echarts'), 'NOTICE'), 'utf8').trim());
});

test('a package that lies in another is told beside it, and files of ours are none', () => {
  const root = temporaryFolder();
  const files = ['node_modules/@a/outer', 'node_modules/@a/outer/node_modules/inner'].map((folder, index) => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(
      join(root, folder, 'package.json'),
      JSON.stringify({ name: `p${index}`, version: '1.0.0' }),
    );
    writeFileSync(join(root, folder, 'LICENSE.md'), `Terms ${index}`);
    return join(root, folder, 'dist/index.js');
  });
  const text = noticesOf([...files, join(root, 'renderer/main.ts')]);
  expect(text.match(/^p\d 1\.0\.0/gm)).toEqual(['p0 1.0.0', 'p1 1.0.0']);
  expect(text).toMatch(/Terms 0[^]*Terms 1/);
});

test('a package without the text of its license stops the build', () => {
  const root = temporaryFolder();
  const folder = join(root, 'node_modules/bare');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'bare', version: '1.0.0', license: 'MIT' }),
  );
  expect(() => noticesOf([join(folder, 'index.js')])).toThrow(
    'bare 1.0.0 (MIT) brings no text of its license',
  );
});
