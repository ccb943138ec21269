import { describe, expect, test } from 'vitest';
import { layers, offences } from '../../scripts/layers.mjs';
import { circlesOf } from '../../scripts/lib/circles.mjs';
import { importsOf } from '../../scripts/lib/imports.mjs';
import { temporaryFolder, write } from './helpers.mjs';

/**
 * @param {string} file
 * @param {string} code
 */
function check(file, code) {
  const root = temporaryFolder();
  write(root, { [file]: code });
  return offences(root);
}

describe('accepted', () => {
  test.each([
    [
      'common/study/parse.ts',
      `import { parse } from 'yaml'; import './schema.ts'; import { z } from 'zod/v4';`,
    ],
    ['preload/preload.ts', `import { ipcRenderer } from 'electron'; import '../common/contract.ts';`],
    [
      'renderer/runs/RunsView.vue',
      `<script setup lang="ts">\nimport { ref } from 'vue';\nimport x from '../../common/x.ts';\nimport '../ui/Icon.vue';\nimport '../stores/app.ts';\n</script>`,
    ],
    [
      'renderer/App.vue',
      `<script setup>import './frame/TopBar.vue'; import './replay/ReplayView.vue';</script>`,
    ],
    ['renderer/ui/charts/engine.ts', `import * as echarts from 'echarts/core'; import '../theme.ts';`],
    ['renderer/run/RunGallery.vue', `<script setup>import './a.ts'; import '../gallery/b.ts';</script>`],
    ['renderer/gallery/main.ts', `import '../runs/RunsView.vue'; import '../App.vue';`],
    ['main/trainer/run.ts', `import './tensorflow/engine.ts'; import { join } from 'node:path';`],
    [
      'main/trainer/tensorflow/native.ts',
      `import koffi from 'koffi'; import '@tensorflow/tfjs-core/dist/x.js';`,
    ],
    ['main/workspace/open.ts', `import Database from 'better-sqlite3';`],
    ['main/desktop.ts', `import { app } from 'electron'; import './api/router.ts';`],
    ['main/desktop/window.ts', `import { BrowserWindow } from 'electron';`],
  ])('%s: %s', (file, code) => {
    expect(check(file, code)).toEqual([]);
  });
});

describe('rejected', () => {
  test.each([
    ['common/study/parse.ts', `import { readFile } from 'node:fs/promises';`],
    ['common/study/parse.ts', `import '../../main/api/router.ts';`],
    ['preload/preload.ts', `import '../main/api/router.ts';`],
    ['preload/preload.ts', `import 'zod';`],
    [
      'renderer/runs/RunsView.vue',
      `<template><p>x</p></template>\n<script setup lang="ts">\nimport 'node:fs';\n</script>`,
    ],
    ['renderer/main.ts', `import type { Router } from '../main/api/router.ts';`],
    ['renderer/runs/RunPreview.vue', `<script setup>import '../run/run-charts.ts';</script>`],
    ['renderer/replay/ReplayView.vue', `<script setup>import '../frame/TopBar.vue';</script>`],
    ['renderer/ui/StateSwatch.vue', `<script setup>import '../replay/palette.ts';</script>`],
    ['renderer/ui/Icon.vue', `<script setup>import 'echarts/core';</script>`],
    ['renderer/stores/opened-run.ts', `import '../ui/inspected-run.ts';`],
    ['renderer/format/runs.ts', `import type { OpenedRun } from '../stores/opened-run.ts';`],
    ['renderer/studies/StudiesView.vue', `<script setup>import '../gallery/studies.ts';</script>`],
    ['main/trainer/run.ts', `const writer = await import('../workspace/writer/thread.ts');`],
    ['main/trainer/run.ts', `export { x } from '../api/router.ts';`],
    ['main/trainer/run.ts', `let row: import('../workspace/rows.ts').Row;`],
    ['main/trainer/run.ts', `new Worker(new URL('../workspace/writer/thread.ts', import.meta.url));`],
    ['main/trainer/run.ts', `import koffi from 'koffi';`],
    ['main/trainer/run.ts', `import * as tf from '@tensorflow/tfjs-core';`],
    ['main/workspace/open.ts', `import '../trainer/run.ts';`],
    ['main/api/router.ts', `import Database from 'better-sqlite3';`],
    ['main/api/router.ts', `const koffi = require('koffi');`],
    ['main/browser.ts', `import { app } from 'electron';`],
    ['main/browser.ts', `import '../renderer/main.ts';`],
    ['main/browser.ts', `import '../test/helpers.ts';`],
  ])('%s: %s', (file, code) => {
    const found = check(file, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^\S+:\d+ imports \S+; \S+ may import only /);
  });
});

test('the line is that of the import, in a component as well', () => {
  const code = `<template>\n  <p>import 'fs'</p>\n</template>\n<script lang="ts">\n// import 'a'\n\nimport 'b';\n</script>`;
  expect(importsOf(code, true)).toMatchObject([{ specifier: 'b', line: 7 }]);
});

test('a room that the table does not know is not let in', () => {
  expect(() => check('renderer/elsewhere/x.ts', `import 'vue';`)).toThrow(/belongs to no layer: add one/);
});

test('no layer is named twice', () => {
  expect(new Set(layers.map(({ of }) => of)).size).toBe(layers.length);
});

describe('circles', () => {
  test.each([
    ['of values', `import { b } from './b.ts';`, `import { a } from './a.ts';`],
    ['of types alone', `import type { B } from './b.ts';`, `export type { A } from './a.ts';`],
  ])('%s are told, by a shortest way round', (_, a, b) => {
    const root = temporaryFolder();
    write(root, { 'common/a.ts': a, 'common/b.ts': b, 'common/c.ts': `import './a.ts';` });
    expect(offences(root)).toEqual([
      'common/a.ts imports common/b.ts imports common/a.ts: part them, or put them into one file',
    ]);
  });

  test('are none where a thread is named by its file', () => {
    const root = temporaryFolder();
    write(root, {
      'main/a.ts': `new Worker(new URL('./thread.ts', import.meta.url));`,
      'main/thread.ts': `import './a.ts';`,
    });
    expect(offences(root)).toEqual([]);
  });

  test('are told once each', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c', 'a']],
      ['c', ['a']],
      ['d', ['a', 'e']],
      ['e', ['d']],
      ['f', ['f']],
    ]);
    expect(circlesOf(edges)).toEqual([
      ['a', 'b', 'a'],
      ['d', 'e', 'd'],
      ['f', 'f'],
    ]);
  });
});
