import { describe, expect, test } from 'vitest';
import { COMPONENT_KINDS, componentKindsOf } from '../../../common/component-kinds.ts';
import type { Component } from '../../../main/trainer/component.ts';
import { components } from '../../../main/trainer/components.ts';
import { criteria } from '../../../main/trainer/pruning/criteria/registry.ts';
import { magnitude } from '../../../main/trainer/pruning/criteria/magnitude.ts';
import { createRegistry } from '../../../main/trainer/registry.ts';

const kinds = Object.entries(components) as [string, readonly Component[]][];

describe.each(kinds)('%s', (_kind, entries) => {
  test('have names of their own, and titles', () => {
    expect(entries.length).toBeGreaterThan(0);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    for (const { name, title } of entries) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(title.length).toBeGreaterThan(5);
    }
  });

  test('have options that know their name and no other, and no key that is not theirs', () => {
    for (const { name, options } of entries) {
      const issuesOf = (value: object): (string | undefined)[] =>
        (options.safeParse(value).error?.issues ?? []).map(({ path }) => path.join('.'));
      expect(issuesOf({ name })).not.toContain('name');
      expect(issuesOf({ name: `${name}-2` })).toContain('name');
      expect(
        options
          .safeParse({ name, nonsense: 1 })
          .error?.issues.some(({ code }) => code === 'unrecognized_keys'),
      ).toBe(true);
    }
  });

  test('describe every option', () => {
    for (const { name, options } of entries)
      for (const [option, schema] of Object.entries(options.shape)) {
        if (option === 'name') continue;
        expect((schema as { description?: string }).description, `${name}.${option}`).toBeTruthy();
      }
  });
});

test('every kind has a setting of its own, and a default that its registry knows by its name alone', () => {
  expect(Object.keys(components).sort()).toEqual(Object.keys(COMPONENT_KINDS).sort());
  const rows = [...componentKindsOf('run'), ...componentKindsOf('pruning')];
  expect(new Set(rows.map(([, { of, setting }]) => `${of}.${setting}`)).size).toBe(rows.length);
  for (const [kind, { default: standard }] of rows)
    if (standard && 'name' in standard)
      expect(components[kind].some(({ options }) => options.safeParse(standard).success)).toBe(true);
});

test('a registry refuses two components of one name', () => {
  expect(() => createRegistry('test', [magnitude, magnitude])).toThrow(/share a name/);
});

test('options are parsed once for each object of a specification, with their defaults', () => {
  const given = { name: 'snip', iterations: 3 };
  const opened = criteria.open(given);
  expect(opened.scoringRounds!()).toBe(3);
  expect(criteria.open(given)).toBe(opened);
  expect(criteria.open({ name: 'snip' }).scoringRounds!()).toBe(1);
  expect(() => criteria.open({ name: 'snip', iterations: 0 })).toThrow(/iterations/);
  expect(() => criteria.open({ name: 'snap' })).toThrow(/There is no criterion named 'snap'/);
});
