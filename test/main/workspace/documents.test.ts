import { expect, test } from 'vitest';
import {
  documentName,
  keptDocument,
  MOST_DOCUMENT_BYTES,
  MOST_REFERENCE_BYTES,
  type DocumentKind,
} from '../../../common/contract/document-schemas.ts';
import { openTest, temporaryFolder } from './fixtures.ts';

test('documents of each kind outlive the workspace being closed, are written over, renamed and removed', async () => {
  const folder = temporaryFolder();
  const workspace = await openTest(folder);
  expect(await workspace.documents('view')).toEqual([]);
  const odd = { name: 'ü "quoted" 名', content: '{"filter":"a\\u0000b"}' };
  await workspace.saveDocument('view', odd);
  await workspace.saveDocument('view', { name: 'mine', content: '1' });
  // The same name of another kind is another document.
  await workspace.saveDocument('bookmark', { name: 'mine', content: '2' });
  await workspace.saveDocument('view', { name: 'mine', content: '3' });
  await workspace.close();

  const again = await openTest(folder);
  expect(await again.documents('view')).toEqual([{ name: 'mine', content: '3' }, odd]);
  expect(await again.documents('bookmark')).toEqual([{ name: 'mine', content: '2' }]);
  await again.saveDocument('view', { name: 'ours', content: '3' }, 'mine');
  await again.saveDocument('view', odd, odd.name);
  expect(await again.documents('view')).toEqual([{ name: 'ours', content: '3' }, odd]);
  await again.removeDocument('view', 'ours');
  await again.removeDocument('view', 'never there');
  expect(await again.documents('view')).toEqual([odd]);
  expect(await again.documents('bookmark')).toHaveLength(1);
  await again.close();
});

test('a document is JSON of a bounded size under a name of one line', () => {
  const isKept = (kind: DocumentKind, content: string): boolean =>
    keptDocument.safeParse({ kind, document: { name: 'a', content } }).success;
  const oneOf = (bytes: number): string => `"${'ü'.repeat((bytes - 2) / 2)}"`;
  expect(isKept('view', oneOf(MOST_DOCUMENT_BYTES))).toBe(true);
  for (const content of [oneOf(MOST_DOCUMENT_BYTES + 2), '', '{', 'undefined'])
    expect(isKept('view', content)).toBe(false);
  // A file of curves has thousands of rows.
  expect(isKept('reference', oneOf(MOST_REFERENCE_BYTES))).toBe(true);
  expect(isKept('reference', oneOf(MOST_REFERENCE_BYTES + 2))).toBe(false);
  expect(documentName.parse('  a3f1c29e07b4-s0/12 ')).toBe('a3f1c29e07b4-s0/12');
  for (const name of ['', '  ', 'two\nlines', 'x'.repeat(101)])
    expect(documentName.safeParse(name).success).toBe(false);
});
