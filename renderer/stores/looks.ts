import { computed } from 'vue';
import type { Ref } from 'vue';
import { lookContent, readDocument, type DocumentKind } from '../../common/contract/document-schemas.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { lookOf, lookOfKept, looksOf, type KeptLook, type RunLook } from '../../common/run-looks.ts';
import type { Documents } from './kept-documents.ts';

/** How lines of runs are drawn, everywhere in the window. */
export interface Looks {
  look: (run: RunSummary) => RunLook;
  /** What people chose, by its name: the hash of a specification, or the keys of a group. */
  chosen: Readonly<Ref<ReadonlyMap<string, RunLook>>>;
  /** Keeps a look for all windows and for figures; null takes the choice back. @returns whether it is kept */
  choose: (name: string, look: KeptLook | null) => Promise<boolean>;
}

export function createLooks(
  runs: Readonly<Ref<readonly RunSummary[]>>,
  documents: (kind: DocumentKind) => Documents,
): Looks {
  const kept = documents('look');
  const chosen = computed(
    () =>
      new Map(
        kept.all.flatMap((document) => {
          const look = readDocument(lookContent, document);
          return look === null ? [] : [[document.name, lookOfKept(look)] as const];
        }),
      ),
  );
  const looks = computed(() => looksOf(runs.value, chosen.value));
  return {
    look: (run) => looks.value.get(run.id) ?? chosen.value.get(run.hash) ?? lookOf(run),
    chosen,
    choose: (name, look) =>
      look === null ? kept.remove(name) : kept.save({ name, content: JSON.stringify(look) }),
  };
}
