import { reactive, ref, shallowRef } from 'vue';
import type { Ref, ShallowRef } from 'vue';

/**
 * Study texts that are nowhere else: what was typed into a study, and files that were opened. They are kept in this browser,
 * so that neither a reload nor another study, nor a page that crashes, takes them away.
 */
export interface Draft {
  /** Of the file, 'mine.yaml'. */
  name: string;
  text: string;
  /** The text that was changed: the bundled study's, or the file's as it was opened. */
  base: string;
  /** Whether the base is bundled; else the draft is the only copy that the window has. */
  bundled: boolean;
  /** When it was last changed, in milliseconds since 1970. */
  at: number;
}

export interface Drafts {
  /** The newest first. */
  all: Readonly<ShallowRef<readonly Draft[]>>;
  /** Whether the browser takes them; where it refuses they last as long as the page. */
  kept: Readonly<Ref<boolean>>;
  find: (name: string) => Draft | undefined;
  keep: (draft: Draft) => void;
  drop: (name: string) => void;
  /** Reads again what another page of this browser may have written. */
  read: () => void;
}

/** Together they stay well within the 5 MB that browsers give: what was changed longest ago goes first. */
const MOST = 30;
const MOST_LETTERS = 1_500_000;
const PREFIX = 'cascade.draft.';

export function isChanged(draft: Draft): boolean {
  return draft.text !== draft.base;
}

/** @param storage one key a draft, so that two pages do not write over each other's; null where there is none */
export function createDrafts(storage: Storage | null): Drafts {
  const all = shallowRef<readonly Draft[]>([]);
  const kept = ref(storage !== null);

  function read(): void {
    if (storage === null) return;
    const names = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    const stored = names.flatMap((key) => (key?.startsWith(PREFIX) ? parse(storage.getItem(key)) : []));
    all.value = stored.sort((one, other) => other.at - one.at);
  }

  function drop(name: string): void {
    all.value = all.value.filter((draft) => draft.name !== name);
    storage?.removeItem(PREFIX + name);
  }

  function keep(draft: Draft): void {
    all.value = [draft, ...all.value.filter(({ name }) => name !== draft.name)];
    for (const name of surplus(all.value)) drop(name);
    try {
      storage?.setItem(PREFIX + draft.name, JSON.stringify(draft));
      kept.value = storage !== null;
    } catch {
      // Full, or refused: it is still in this page, which then says so.
      kept.value = false;
    }
  }

  read();
  return { all, kept, find: (name) => all.value.find((draft) => draft.name === name), keep, drop, read };
}

/** Names of the drafts that there is no room for; never the newest. Files that were only looked at go before changed ones. */
function surplus(drafts: readonly Draft[]): string[] {
  const [newest, ...others] = drafts;
  const byWorth = [...others.filter(isChanged), ...others.filter((draft) => !isChanged(draft))];
  let letters = newest ? newest.text.length + newest.base.length : 0;
  return byWorth.flatMap(({ name, text, base }, index) => {
    letters += text.length + base.length;
    return index + 2 > MOST || letters > MOST_LETTERS ? [name] : [];
  });
}

function parse(stored: string | null): Draft[] {
  try {
    const draft = JSON.parse(stored ?? 'null') as Partial<Draft> | null;
    const { name, text, base, bundled, at } = draft ?? {};
    return typeof name === 'string' &&
      typeof text === 'string' &&
      typeof base === 'string' &&
      typeof bundled === 'boolean' &&
      typeof at === 'number'
      ? [{ name, text, base, bundled, at }]
      : [];
  } catch {
    return [];
  }
}

/** The name, or where that is taken, one with a number: 'mine (2).yaml'. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  const [, stem = name, ending = ''] = /^(.*?)(\.ya?ml)?$/s.exec(name) ?? [];
  for (let number = 2; ; number++) {
    const other = `${stem} (${number})${ending}`;
    if (!taken(other)) return other;
  }
}

function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const drafts = createDrafts(browserStorage());
export function isTaken(name: string): boolean {
  return drafts.find(name) !== undefined;
}
/** The study at hand; no name before the first. It outlives the view. */
export const draftName = reactive({ name: '', bundled: true });
export const draftText = ref('');
export const draftBase = ref('');
