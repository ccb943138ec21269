import { computed } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import type { Bookmark } from '../../common/contract/bookmark-schema.ts';
import { useDocuments } from '../stores/documents.ts';
import { notify } from '../stores/notices.ts';
import { bookmarkDocument, bookmarkName, bookmarkPlace, bookmarksOf } from './bookmarks.ts';
import type { KeptBookmark } from './bookmarks.ts';
import type { TimelineMark } from './timeline-marks.ts';

export interface Bookmarks {
  own: ComputedRef<readonly KeptBookmark[]>;
  /** Of other runs. */
  others: ComputedRef<readonly KeptBookmark[]>;
  marks: ComputedRef<readonly TimelineMark[]>;
  loaded: ComputedRef<boolean>;
  /** Sets one where there is none. @returns its name, or null where it could not be kept */
  set: (place: Omit<Bookmark, 'note' | 'at'>) => Promise<string | null>;
  /** @returns whether the note is kept */
  write: (bookmark: Bookmark, note: string) => Promise<boolean>;
  /** It can be taken back. */
  remove: (bookmark: KeptBookmark) => Promise<void>;
}

/** The bookmarks of the workspace, the same in all windows. Call in a component's setup. */
export function useBookmarks(run: Ref<string | null>): Bookmarks {
  const documents = useDocuments('bookmark');
  const all = computed(() => bookmarksOf(documents.all, run.value));
  return {
    own: computed(() => all.value.own),
    others: computed(() => all.value.others),
    loaded: computed(() => documents.loaded),
    marks: computed(() =>
      all.value.own.map((bookmark): TimelineMark => {
        const nothing = { before: null, after: null, why: '' };
        const label = ['bookmark', bookmark.layer, bookmark.note].filter(Boolean).join(' · ');
        return {
          epoch: bookmark.epoch,
          at: bookmark.epoch,
          kind: 'bookmark',
          label,
          accuracy: nothing,
          loss: nothing,
        };
      }),
    ),
    set: async (place) => {
      const name = bookmarkName(place);
      if (documents.all.some((document) => document.name === name)) return name;
      const isKept = await documents.save(bookmarkDocument({ ...place, note: '', at: Date.now() }));
      return isKept ? name : null;
    },
    write: (bookmark, note) => documents.save(bookmarkDocument({ ...bookmark, note })),
    remove: async (bookmark) => {
      if (!(await documents.remove(bookmark.name))) return;
      notify('done', `The bookmark at ${bookmarkPlace(bookmark)} was removed.`, {
        label: 'Undo',
        run: () => void documents.save(bookmarkDocument(bookmark)),
      });
    },
  };
}
