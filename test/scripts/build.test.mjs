import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { build, buildIsFresh } from '../../scripts/lib/build.mjs';
import { listeningReporter, temporaryFolder, write } from './helpers.mjs';

const builder = 'node_modules/electron-vite/bin/electron-vite.js';

function scene() {
  const root = temporaryFolder();
  write(root, {
    'main/browser.ts': 'one',
    'renderer/run/RunView.vue': 'one',
    'README.md': 'one',
    'package.json': '{}',
    [builder]: `require('fs').mkdirSync('out', { recursive: true });`,
  });
  return { root, run: () => build(root, process.env, listeningReporter(), () => undefined) };
}

test('what was built is built again only when a source changes', async () => {
  const { root, run } = scene();
  expect(buildIsFresh(root)).toBe(false);
  await run();
  expect(buildIsFresh(root)).toBe(true);
  write(root, { 'README.md': 'two, which is no source' });
  expect(buildIsFresh(root)).toBe(true);
  write(root, { 'renderer/run/RunView.vue': 'two, longer' });
  expect(buildIsFresh(root)).toBe(false);
  await run();
  utimesSync(join(root, 'main/browser.ts'), new Date(), new Date(Date.now() + 5000));
  expect(buildIsFresh(root)).toBe(false);
  await run();
  write(root, { 'common/new.ts': '' });
  expect(buildIsFresh(root)).toBe(false);
});

test('a source changed while building is built next time', async () => {
  const { root, run } = scene();
  write(root, {
    [builder]: `const fs = require('fs'); fs.mkdirSync('out', { recursive: true });
      fs.writeFileSync('main/browser.ts', 'changed meanwhile');`,
  });
  await run();
  expect(buildIsFresh(root)).toBe(false);
});

test('a build that fails tells why, and what was built before counts no more', async () => {
  const { root, run } = scene();
  await run();
  write(root, { [builder]: `console.error('Cannot resolve ./there.ts'); process.exit(1)` });
  await expect(run()).rejects.toThrow(/could not be built:\nCannot resolve .\/there.ts/);
  expect(buildIsFresh(root)).toBe(false);
  expect(() => readFileSync(join(root, 'out', '.cascade-build.json'))).toThrow();
});
