import { expect, test } from 'vitest';
import type { Bookmark } from '../../../common/contract/bookmark-schema.ts';
import { documentName } from '../../../common/contract/document-schemas.ts';
import {
  bookmarkDocument,
  bookmarkName,
  bookmarkPlace,
  bookmarksOf,
} from '../../../renderer/replay/bookmarks.ts';

const bookmark = (epoch: number, more: Partial<Bookmark> = {}): Bookmark => ({
  run: '000000000001-s1',
  epoch,
  layer: null,
  channel: null,
  note: '',
  at: 1,
  ...more,
});

test('bookmarks are read as they were written, those of the run apart, in the order of epochs', () => {
  const all = [
    bookmark(9, { note: 'late' }),
    bookmark(2, { layer: 'pw3', channel: 4, note: 'begins here' }),
    bookmark(2, { layer: 'pw3' }),
    bookmark(1, { run: '000000000002-s1' }),
  ];
  const documents = [
    ...all.map(bookmarkDocument),
    { name: 'of a later version', content: '{"run":"000000000001-s1"}' },
    { name: 'no JSON', content: '{' },
  ];
  const { own, others } = bookmarksOf(documents, '000000000001-s1');
  expect(own).toEqual([all[1], all[2], all[0]].map((each) => ({ ...each, name: bookmarkName(each!) })));
  expect(others.map(({ run }) => run)).toEqual(['000000000002-s1']);
  expect(own.map(bookmarkPlace)).toEqual(['epoch 2, pw3 · channel 4', 'epoch 2, pw3', 'epoch 9']);
});

test('each place has a name of its own that can be kept', () => {
  const places = [
    bookmark(1),
    bookmark(11),
    bookmark(1, { layer: 'a' }),
    bookmark(1, { layer: 'a', channel: 1 }),
  ];
  expect(new Set(places.map(bookmarkName)).size).toBe(places.length);
  const long = bookmarkName(bookmark(1, { layer: 'block/'.repeat(80), channel: 3 }));
  expect(documentName.safeParse(long).success).toBe(true);
  // Where layers have names that differ at their ends alone.
  expect(long).not.toBe(bookmarkName(bookmark(1, { layer: 'block/'.repeat(80), channel: 4 })));
});
