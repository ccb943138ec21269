import { describe, expect, test } from 'vitest';
import type { CatalogueEntry } from '../../../common/catalogue.ts';
import { catalogue } from '../../../main/trainer/catalogue.ts';
import { createRegistry } from '../../../main/trainer/registry.ts';

const kinds = Object.entries(catalogue) as [string, readonly CatalogueEntry[]][];

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

test('a registry refuses two entries of one name', () => {
  expect(() => createRegistry('test', [{ name: 'a' }, { name: 'a' }])).toThrow(/share a name/);
});
