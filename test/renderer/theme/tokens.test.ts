/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../renderer/${path}`, import.meta.url), 'utf8');
const page = read('index.html');
const tokens = read('theme/tokens.css');

/** Both values of every token, as they stand in the style sheet. */
const values = new Map(
  [...tokens.matchAll(/(--[a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, [light, dark] as const],
  ),
);

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Oklab, in which distances are those that are seen. Source: https://bottosson.github.io/posts/oklab/ */
function oklab(color: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(one: string, other: string, theme: 0 | 1): number {
  const [a, b] = [one, other].map((name) => oklab(values.get(name)![theme]));
  return Math.hypot(...a!.map((part, axis) => part - b![axis]!));
}

function contrast(one: string, other: string, theme: 0 | 1): number {
  const pair = [one, other].map((name) => luminance(values.get(name)![theme])).sort((a, b) => b - a);
  return (pair[0]! + 0.05) / (pair[1]! + 0.05);
}

const SURFACES = [
  '--surface-page',
  '--surface-pane',
  '--surface-raised',
  '--surface-hover',
  '--surface-sunken',
];
const TEXTS = [
  '--text',
  '--text-secondary',
  '--text-muted',
  '--accent',
  '--danger',
  '--warning',
  '--success',
];

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the %s theme', (_, theme) => {
  it.each(TEXTS)('has %s at AA contrast on every surface', (text) => {
    for (const surface of SURFACES)
      expect(contrast(text, surface, theme), surface).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['--accent-text', '--accent'],
    ['--surface-pane', '--danger'],
    ['--warning', '--warning-soft'],
    ['--danger', '--danger-soft'],
    ['--accent', '--accent-soft'],
    ['--text', '--accent-soft'],
    ['--text-secondary', '--accent-soft'],
    ['--text-muted', '--accent-soft'],
  ])('has %s at AA contrast on %s', (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it('has lines of runs that can be seen', () => {
    for (const name of values.keys())
      if (name.startsWith('--run-'))
        expect(contrast(name, '--surface-pane', theme), name).toBeGreaterThanOrEqual(3);
  });

  it('has colours of runs that are told from each other, and from those of states', () => {
    const runs = [...values.keys()].filter((name) => name.startsWith('--run-'));
    expect(runs).toHaveLength(7);
    for (const [index, name] of runs.entries()) {
      for (const other of runs.slice(0, index))
        expect(distance(name, other, theme), `${name} ${other}`).toBeGreaterThan(0.12);
      for (const state of ['active', 'shed', 'inert'])
        expect(distance(name, `--state-${state}`, theme), `${name} ${state}`).toBeGreaterThan(0.09);
    }
  });
});

describe('the page', () => {
  it('gives the five states their colours, and nothing else has them', () => {
    expect(values.get('--state-active')).toEqual(['#0072b2', '#56b4e9']);
    expect(values.get('--state-freed')).toEqual(['#e69f00', '#f5c710']);
    expect(values.get('--state-shed')).toEqual(['#d55e00', '#ff8a3d']);
    expect(values.get('--state-inert')).toEqual(['#7a3e9d', '#c79be0']);
    expect(values.get('--state-pruned')).toEqual(['#c9ced6', '#3c434c']);
    const states = [...values].filter(([name]) => name.startsWith('--state-')).flatMap(([, pair]) => pair);
    const others = [...values].filter(([name]) => !name.startsWith('--state-')).flatMap(([, pair]) => pair);
    expect(others.filter((color) => states.includes(color))).toEqual([]);
  });

  it('allows itself only what it brings along', () => {
    const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/<script>|<style|style="|https?:/);
  });
});
