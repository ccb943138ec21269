import { computed, onScopeDispose, watch } from 'vue';
import type { ComputedRef } from 'vue';
import {
  draftBase,
  draftName,
  drafts,
  draftText,
  freeName,
  isChanged,
  isTaken,
  type Draft,
} from '../stores/study-drafts.ts';
import { note } from '../stores/address.ts';

/** A bundled study, as far as its text goes. */
export interface Bundled {
  name: string;
  text: string;
}

export interface OpenedStudy {
  /** What of the study at hand is kept; null where its text is the bundled one. */
  draft: ComputedRef<Draft | null>;
  choose: (study: Bundled) => void;
  /** Opens a draft again. */
  reopen: (draft: Draft) => void;
  /** Opens a file; where that takes the place of changes to another text of its name, they are kept, and told by their new name. */
  openText: (name: string, text: string) => string | null;
  /** Takes back what was changed of a bundled study or of a file. */
  discard: (draft: Draft) => void;
}

/** Letters come faster than they need to be kept. */
const REST_MS = 250;

/** The study at hand, each of whose changes is kept. Call in a component's setup. */
export function useOpenedStudy(): OpenedStudy {
  let rest: ReturnType<typeof setTimeout> | undefined;
  /** When what is shown was changed, as far as this window knows. */
  let shownAt = 0;

  function save(): void {
    clearTimeout(rest);
    rest = undefined;
    const { name, bundled } = draftName;
    if (name === '') return;
    const draft = { name, bundled, text: draftText.value, base: draftBase.value };
    const known = drafts.find(name);
    const now = Date.now();
    if (bundled && !isChanged({ ...draft, at: 0 })) drafts.drop(name);
    else if (known?.text !== draft.text || known.base !== draft.base)
      drafts.keep({ ...draft, at: (shownAt = now) });
  }
  function saveNow(): void {
    if (rest !== undefined) save();
  }
  watch(draftText, () => {
    clearTimeout(rest);
    rest = setTimeout(save, REST_MS);
  });
  // Another window has changed it: as long as nothing was typed here meanwhile, it is shown as it is now.
  watch(drafts.all, () => {
    const now = drafts.find(draftName.name);
    if (!now || now.at <= shownAt || rest !== undefined) return;
    shownAt = now.at;
    draftBase.value = now.base;
    draftText.value = now.text;
  });
  window.addEventListener('pagehide', saveNow);
  window.addEventListener('storage', drafts.read);
  onScopeDispose(() => {
    saveNow();
    window.removeEventListener('pagehide', saveNow);
    window.removeEventListener('storage', drafts.read);
  });

  function show(name: string, bundled: boolean, text: string, base: string): void {
    saveNow();
    Object.assign(draftName, { name, bundled });
    draftBase.value = base;
    draftText.value = text;
    shownAt = drafts.find(name)?.at ?? 0;
    const stem = name.replace(/\.yaml$/, '');
    note(bundled ? { study: stem, file: null } : { study: null, file: name });
    save();
  }

  return {
    draft: computed(() => {
      const { name, bundled } = draftName;
      const at = drafts.find(name)?.at ?? Date.now();
      const draft = { name, bundled, text: draftText.value, base: draftBase.value, at };
      return name === '' || (bundled && !isChanged(draft)) ? null : draft;
    }),
    choose: ({ name, text }) => {
      const file = `${name}.yaml`;
      saveNow();
      const known = drafts.find(file);
      show(file, true, known?.bundled ? known.text : text, text);
    },
    reopen: ({ name, bundled, text, base }) => {
      saveNow();
      show(name, bundled, drafts.find(name)?.text ?? text, base);
    },
    openText: (name, text) => {
      saveNow();
      const known = drafts.find(name);
      let moved: string | null = null;
      if (known && isChanged(known) && known.text !== text) {
        moved = freeName(name, isTaken);
        drafts.keep({ ...known, name: moved, bundled: false });
        drafts.drop(name);
      }
      show(name, false, text, text);
      return moved;
    },
    discard: (draft) => {
      saveNow();
      if (draft.name === draftName.name) draftText.value = draft.base;
      if (draft.bundled) drafts.drop(draft.name);
      else drafts.keep({ ...draft, text: draft.base, at: Date.now() });
    },
  };
}
