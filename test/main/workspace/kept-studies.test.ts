import { expect, test } from 'vitest';
import { openTest, temporaryFolder } from './fixtures.ts';

const text = (name: string, at: number, words = `text of ${at}`) => ({
  name,
  text: words,
  base: '',
  bundled: false,
  at,
});

test('texts of studies outlive the workspace being closed; of two for one name the one that was changed last stays', async () => {
  const folder = temporaryFolder();
  const workspace = await openTest(folder);
  expect(await workspace.keptStudies()).toEqual([]);
  expect(await workspace.keepStudy(text('a.yaml', 2))).toEqual({ newer: null });
  expect(await workspace.keepStudy(text('b.yaml', 3))).toEqual({ newer: null });
  // Another window, whose text is older, arrives later.
  expect(await workspace.keepStudy(text('a.yaml', 1))).toEqual({ newer: text('a.yaml', 2) });
  const odd = { ...text('ü "quoted" 名.yaml', 4.5, 'a: "\u2028\n\0x"'), bundled: true };
  await workspace.keepStudy(odd);
  await workspace.close();

  const again = await openTest(folder);
  expect(await again.keptStudies()).toEqual([odd, text('b.yaml', 3), text('a.yaml', 2)]);
  expect(await again.keepStudy(text('a.yaml', 9))).toEqual({ newer: null });
  await again.dropStudy('b.yaml');
  await again.dropStudy('never-there.yaml');
  expect((await again.keptStudies()).map(({ name, at }) => [name, at])).toEqual([
    ['a.yaml', 9],
    [odd.name, 4.5],
  ]);
  await again.close();
});
