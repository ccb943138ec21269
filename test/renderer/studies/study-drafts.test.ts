import { describe, expect, it } from 'vitest';
import { createDrafts, freeName, isChanged, type Draft } from '../../../renderer/studies/study-drafts.ts';

/** As browsers have it: so many letters at most, keys and values together. */
class Store implements Storage {
  readonly entries = new Map<string, string>();
  readonly limit: number;
  constructor(limit = 5_000_000) {
    this.limit = limit;
  }
  get length(): number {
    return this.entries.size;
  }
  key = (index: number) => [...this.entries.keys()][index] ?? null;
  getItem = (key: string) => this.entries.get(key) ?? null;
  removeItem = (key: string) => void this.entries.delete(key);
  clear = () => this.entries.clear();
  setItem(key: string, value: string): void {
    const others = [...this.entries].filter(([name]) => name !== key);
    const size = others.reduce((sum, entry) => sum + entry.join('').length, key.length + value.length);
    if (size > this.limit) throw new DOMException('full', 'QuotaExceededError');
    this.entries.set(key, value);
  }
}

const draft = (name: string, at: number, text = `text of ${name}`, base = 'base'): Draft => ({
  name,
  text,
  base,
  bundled: false,
  at,
});

describe('drafts of studies', () => {
  it('are there for the next page, the newest first, and gone once dropped', () => {
    const store = new Store();
    const one = createDrafts(store);
    one.keep(draft('a.yaml', 1));
    one.keep(draft('b.yaml', 2));
    one.keep(draft('a.yaml', 3, 'longer'));
    const other = createDrafts(store);
    expect(other.all.value.map(({ name, text }) => [name, text])).toEqual([
      ['a.yaml', 'longer'],
      ['b.yaml', 'text of b.yaml'],
    ]);
    other.drop('a.yaml');
    one.read();
    expect(one.find('a.yaml')).toBeUndefined();
    expect(one.find('b.yaml')).toEqual(draft('b.yaml', 2));
  });

  it('are bounded: files that were only looked at go first, the newest never', () => {
    const store = new Store();
    const drafts = createDrafts(store);
    for (let at = 0; at < 20; at++) drafts.keep(draft(`changed ${at}`, at));
    for (let at = 20; at < 60; at++) drafts.keep(draft(`seen ${at}`, at, 'same', 'same'));
    expect(drafts.all.value.filter(isChanged)).toHaveLength(20);
    expect(store.length).toBe(drafts.all.value.length);
    expect(drafts.all.value.length).toBeLessThanOrEqual(30);
    for (let at = 60; at < 70; at++) drafts.keep(draft(`large ${at}`, at, '#'.repeat(400_000)));
    expect(drafts.find('large 69')).toBeDefined();
    const letters = [...store.entries].reduce((sum, entry) => sum + entry.join('').length, 0);
    expect(letters).toBeLessThan(2_000_000);
    expect(drafts.kept.value).toBe(true);
  });

  it('say where nothing is kept, and stay in the page', () => {
    for (const store of [null, new Store(10)]) {
      const drafts = createDrafts(store);
      drafts.keep(draft('a.yaml', 1));
      expect(drafts.kept.value).toBe(false);
      expect(drafts.find('a.yaml')?.text).toBe('text of a.yaml');
    }
  });

  it('pass over what is none', () => {
    const store = new Store();
    for (const text of ['', 'null', '{', '[]', '{"name":"a"}', '{"name":1,"text":"","base":"","at":0}'])
      store.setItem(`cascade.draft.${text}`, text);
    store.setItem('cascade.theme', 'dark');
    expect(createDrafts(store).all.value).toEqual([]);
  });

  it('have names of their own', () => {
    const taken = new Set(['mine.yaml', 'mine (2).yaml', 'other.yml', 'none']);
    const free = (name: string) => freeName(name, (each) => taken.has(each));
    expect(free('new.yaml')).toBe('new.yaml');
    expect(free('mine.yaml')).toBe('mine (3).yaml');
    expect(free('other.yml')).toBe('other (2).yml');
    expect(free('none')).toBe('none (2)');
  });
});
