import { bookmarkForm, type Bookmark } from '../../common/contract/bookmark-schema.ts';
import { readDocument, type StoredDocument } from '../../common/contract/document-schemas.ts';

/** Of a run, with the name that it is kept under. */
export interface KeptBookmark extends Bookmark {
  name: string;
}

/** Letters of the longest name: see `documentName`. */
const MOST = 100;

export function bookmarkName({ run, epoch, layer, channel }: Omit<Bookmark, 'note' | 'at'>): string {
  const moment = `${run} ${epoch}`;
  if (layer === null) return moment;
  const place = `${layer}${channel === null ? '' : `:${channel}`}`;
  const room = MOST - moment.length - 1;
  // Long names of layers differ at their ends.
  return `${moment} ${place.length > room ? `…${place.slice(1 - room)}` : place}`;
}

export function bookmarkDocument(bookmark: Bookmark): StoredDocument {
  const { run, epoch, layer, channel, note, at } = bookmark;
  return { name: bookmarkName(bookmark), content: JSON.stringify({ run, epoch, layer, channel, note, at }) };
}

/** Those of a run and how many others have, in the order of their epochs. What is no bookmark is passed over. */
export function bookmarksOf(
  documents: readonly StoredDocument[],
  run: string | null,
): { own: KeptBookmark[]; others: KeptBookmark[] } {
  const all = documents
    .flatMap((document) => {
      const bookmark = readDocument(bookmarkForm, document);
      return bookmark === null ? [] : [{ ...bookmark, name: document.name }];
    })
    .sort((one, other) => one.epoch - other.epoch || one.at - other.at);
  return { own: all.filter((each) => each.run === run), others: all.filter((each) => each.run !== run) };
}

/** Where it is, in words. */
export function bookmarkPlace({
  epoch,
  layer,
  channel,
}: Pick<Bookmark, 'epoch' | 'layer' | 'channel'>): string {
  const place = layer === null ? '' : `, ${layer}${channel === null ? '' : ` · channel ${channel}`}`;
  return `epoch ${epoch}${place}`;
}
