import { describe, expect, it } from 'vitest';
import { createDrafts, freeName, type Draft, type Shelf } from '../../../renderer/stores/study-drafts.ts';

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

/** What a workspace keeps, by the rule that it goes by; it can be out of reach. */
class Workspace implements Shelf {
  readonly texts = new Map<string, Draft>();
  isReached = true;
  kept = async () => [...this.#there().values()];
  keep = async (draft: Draft) => {
    const known = this.#there().get(draft.name);
    if (known && known.at > draft.at) return { newer: known };
    this.texts.set(draft.name, draft);
    return { newer: null };
  };
  drop = async ({ name }: { name: string }) => void this.#there().delete(name);
  #there(): Map<string, Draft> {
    if (!this.isReached) throw new Error('out of reach');
    return this.texts;
  }
}

/** Until what was begun is done. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('drafts of studies', () => {
  it('are in the workspace, for every window of it, those changed last first; nothing is left behind in the browser', async () => {
    const [store, workspace] = [new Store(), new Workspace()];
    const one = createDrafts(store);
    await one.refresh(workspace);
    one.keep(draft('a.yaml', 1));
    one.keep(draft('b.yaml', 2));
    one.keep(draft('a.yaml', 3, 'longer'));
    await settled();
    expect(one.keeper.value).toBe('workspace');
    expect(store.length).toBe(0);
    const other = createDrafts(new Store());
    await other.refresh(workspace);
    expect(other.all.value.map(({ name, text }) => [name, text])).toEqual([
      ['a.yaml', 'longer'],
      ['b.yaml', 'text of b.yaml'],
    ]);
    other.drop('a.yaml');
    expect(other.find('a.yaml')).toBeUndefined();
    await settled();
    await one.refresh(workspace);
    expect(one.find('a.yaml')).toBeUndefined();
    expect(one.find('b.yaml')).toEqual(draft('b.yaml', 2));
  });

  it('wait in the browser where the workspace is out of reach, and go there as soon as it is not', async () => {
    const [store, workspace] = [new Store(), new Workspace()];
    workspace.isReached = false;
    const page = createDrafts(store);
    await expect(page.refresh(workspace)).rejects.toThrow('out of reach');
    page.keep(draft('a.yaml', 1));
    await settled();
    expect(page.keeper.value).toBe('browser');
    // The page is gone; another one finds it.
    const next = createDrafts(store);
    expect(next.find('a.yaml')).toEqual(draft('a.yaml', 1));
    workspace.isReached = true;
    await next.refresh(workspace);
    expect(workspace.texts.get('a.yaml')).toEqual(draft('a.yaml', 1));
    expect([next.keeper.value, store.length]).toEqual(['workspace', 0]);
    // What could not be dropped is dropped later, and not shown meanwhile.
    workspace.isReached = false;
    next.drop('a.yaml');
    await settled();
    workspace.isReached = true;
    await next.refresh(workspace);
    await next.refresh(workspace);
    expect([next.all.value, workspace.texts.size]).toEqual([[], 0]);
  });

  it('never go back to an older text, in whichever order they arrive', async () => {
    const workspace = new Workspace();
    workspace.texts.set('a.yaml', draft('a.yaml', 9, 'newest'));
    const store = new Store();
    createDrafts(store).keep(draft('a.yaml', 5, 'older'));
    const page = createDrafts(store);
    await page.refresh(workspace);
    expect(page.find('a.yaml')?.text).toBe('newest');
    page.keep(draft('a.yaml', 7, 'older too'));
    await settled();
    expect(page.find('a.yaml')?.text).toBe('newest');
    expect([workspace.texts.get('a.yaml')?.text, store.length]).toEqual(['newest', 0]);
  });

  it('are not lost to a list that was asked for before the workspace took them', async () => {
    const workspace = new Workspace();
    const page = createDrafts(null);
    await page.refresh(workspace);
    const late = Promise.withResolvers<Draft[]>();
    const before = workspace.kept;
    workspace.kept = () => late.promise;
    const refreshed = page.refresh(workspace);
    page.keep(draft('new.yaml', 4));
    await settled();
    expect(workspace.texts.size).toBe(1);
    late.resolve([]);
    await refreshed;
    expect(page.find('new.yaml')?.at).toBe(4);
    workspace.kept = before;
    await page.refresh(workspace);
    expect(page.all.value.map(({ name }) => name)).toEqual(['new.yaml']);
  });

  it('say where nothing is kept, and stay in the page', () => {
    for (const store of [null, new Store(10)]) {
      const drafts = createDrafts(store);
      drafts.keep(draft('a.yaml', 1));
      expect(drafts.keeper.value).toBe('page');
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
