import { computed, reactive, ref, shallowReactive, shallowRef } from 'vue';
import type { ComputedRef } from 'vue';
import type { KeptStudy } from '../../common/contract/schemas.ts';

/**
 * Study texts that are nowhere else: what was typed into a study, and files that were opened. They are kept in the workspace, so that
 * each of its windows has them, wherever it is opened. Until the workspace has one, it is in this browser's storage, so that
 * neither a lost line nor a page that crashes takes it away.
 */
export type Draft = KeptStudy;

/** What keeps them: the calls of the workstation's client. */
export interface Shelf {
  kept: () => Promise<Draft[]>;
  keep: (draft: Draft) => Promise<{ newer: Draft | null }>;
  drop: (wanted: { name: string }) => Promise<unknown>;
}

/** Where a text is safe: 'page' ends with the page. */
export type Keeper = 'workspace' | 'browser' | 'page';

export interface Drafts {
  /** Those changed last first. */
  all: ComputedRef<readonly Draft[]>;
  /** Where the newest of them is, once it was tried to keep it in the workspace. */
  keeper: ComputedRef<Keeper>;
  find: (name: string) => Draft | undefined;
  keep: (draft: Draft) => void;
  drop: (name: string) => void;
  /** Reads what the workspace keeps, and gives it what it has not got yet. Rejects where it cannot be asked. */
  refresh: (shelf: Shelf) => Promise<void>;
  /** Reads again what another page of this browser may have left behind. */
  read: () => void;
}

const PREFIX = 'cascade.draft.';

export function isChanged(draft: Draft): boolean {
  return draft.text !== draft.base;
}

/** @param storage one key a draft, so that two pages do not write over each other's; null where there is none */
export function createDrafts(storage: Storage | null): Drafts {
  const kept = shallowReactive(new Map<string, Draft>());
  /** Those that the workspace has not got yet. */
  const pending = shallowReactive(new Map<string, Draft>());
  /** Names that the workspace is still to drop. */
  const dropped = new Set<string>();
  const sending = new Set<string>();
  /** When the workspace took one, in calls: a list that was asked for before may not have it. */
  const taken = new Map<string, number>();
  let calls = 0;
  const isStored = ref(storage !== null);
  const isRefused = ref(false);
  const shelf = shallowRef<Shelf | null>(null);

  function find(name: string): Draft | undefined {
    const [here, there] = [pending.get(name), kept.get(name)];
    return here && (!there || here.at >= there.at) ? here : there;
  }
  const all = computed(() =>
    [...new Set([...pending.keys(), ...kept.keys()])]
      .map((name) => find(name)!)
      .sort((one, other) => other.at - one.at),
  );

  function settle({ name, at }: Draft): void {
    if (pending.get(name)?.at !== at) return;
    pending.delete(name);
    storage?.removeItem(PREFIX + name);
  }

  /** One after the other, so that an older text never arrives after a newer one. */
  async function send(name: string): Promise<void> {
    if (sending.has(name)) return;
    sending.add(name);
    try {
      for (let draft = pending.get(name); shelf.value && draft; draft = pending.get(name)) {
        const { newer } = await shelf.value.keep(draft);
        if (!dropped.has(name)) kept.set(name, newer ?? draft);
        taken.set(name, ++calls);
        settle(draft);
        isRefused.value = false;
      }
    } catch {
      isRefused.value = true;
    } finally {
      sending.delete(name);
    }
  }

  async function sendDropped(name: string): Promise<void> {
    try {
      if (shelf.value === null) return;
      await shelf.value.drop({ name });
      dropped.delete(name);
    } catch {
      // It is tried again with the next line to the workspace.
    }
  }

  function read(): void {
    if (storage === null) return;
    const names = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    const stored = names.flatMap((key) => (key?.startsWith(PREFIX) ? parse(storage.getItem(key)) : []));
    for (const draft of stored) {
      pending.set(draft.name, draft);
      void send(draft.name);
    }
  }

  read();
  return {
    all,
    keeper: computed(() =>
      !isRefused.value && shelf.value ? 'workspace' : isStored.value ? 'browser' : 'page',
    ),
    find,
    keep: (draft) => {
      dropped.delete(draft.name);
      pending.set(draft.name, draft);
      try {
        storage?.setItem(PREFIX + draft.name, JSON.stringify(draft));
        isStored.value = storage !== null;
      } catch {
        // Full, or refused: it is still in this page.
        isStored.value = false;
      }
      void send(draft.name);
    },
    drop: (name) => {
      pending.delete(name);
      kept.delete(name);
      storage?.removeItem(PREFIX + name);
      dropped.add(name);
      void sendDropped(name);
    },
    refresh: async (next) => {
      shelf.value = next;
      const asked = ++calls;
      const isNewer = (name: string) => (taken.get(name) ?? 0) > asked;
      const list = (await next.kept()).filter(({ name }) => !dropped.has(name));
      const names = new Set(list.map(({ name }) => name));
      for (const name of kept.keys()) if (!names.has(name) && !isNewer(name)) kept.delete(name);
      for (const draft of list) {
        if (!isNewer(draft.name)) kept.set(draft.name, draft);
        const here = pending.get(draft.name);
        if (here && here.at < draft.at) settle(here);
      }
      await Promise.all([...[...pending.keys()].map(send), ...[...dropped].map(sendDropped)]);
    },
    read,
  };
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
