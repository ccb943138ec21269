import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { studyPage } from '../../../main/report/study-page.ts';
import { newRun, openTest, temporaryFolder } from '../workspace/fixtures.ts';
import { ARMS, dataOf, STUDY, writeStudy } from './written.ts';

const pageOf = async (...given: Parameters<typeof dataOf>): Promise<string> =>
  Buffer.from(studyPage(structuredClone(await dataOf(...given)))).toString();

it('a page tells its study in full, loads nothing, and what people wrote stays text', async () => {
  const workspace = await openTest(temporaryFolder());
  await writeStudy(workspace);
  const page = await pageOf(workspace);
  expect(page).not.toMatch(
    /<script|<img|onerror=[^&]*>|javascript:|https?:\/\/(?!www\.w3\.org\/2000\/svg)|@import|url\((?!#)/i,
  );
  expect(page).not.toContain('\u0000');
  // Every name stands by itself, so that one from right to left turns nothing else.
  expect(page).toContain(
    '<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &quot;q&quot; &#39;a&#39; &amp; \u202egnol</bdi>',
  );
  expect(page).toContain('<bdi>What &lt;i&gt;happens&lt;/i&gt;?</bdi>');
  for (const arm of ARMS)
    expect(page).toContain(`<bdi>${arm.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</bdi>`);
  expect(page).toContain('alert(3)&lt;/script&gt;&quot;\n# \ufffd\ufffd end\n</pre>');
  expect(page).toContain('1 earlier text asked for runs of it too');
  expect(page).toContain('&lt;GPU&gt;');
  // What has not finished is said, and in no mean.
  expect(page).toContain('<b>1 of 9 runs has not finished</b>');
  expect(page).toContain('seed 2 (stopped after epoch 1 of 10)');
  // Names in drawings are each a drawing's own.
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(2);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  expect((page.match(/<svg /g) ?? []).length).toBe(4);
  expect(page).toContain('<code>batchSize</code>');
  // The same runs give the same bytes, also after another opening.
  await workspace.close();
  const again = await openTest(workspace.folder);
  expect(await pageOf(again)).toBe(page);
});

it('its numbers are those of the database', async () => {
  const workspace = await openTest(temporaryFolder());
  await writeStudy(workspace);
  const page = await pageOf(workspace);
  const database = new Database(join(workspace.folder, 'workspace.sqlite'), { readonly: true });
  const accuracies = (arm: string): number[] =>
    database
      .prepare(
        `select 100 * test_accuracy from epochs join runs on number = epochs.run join memberships using (run)
         where arm = ? and state = 'finished' and epoch = 3 order by seed`,
      )
      .pluck()
      .all(arm) as number[];
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = (values: number[]): number =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
  const rows = [...page.matchAll(/<tr><th scope="row"><bdi>(.*?)<\/bdi><\/th>(.*?)<\/tr>/g)].slice(0, 3);
  const cells = rows.map(([, , rest]) =>
    [...rest!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell!.replace(/<\/?b>/g, '')),
  );
  const controls = accuracies(ARMS[0]);
  for (const [index, arm] of ARMS.entries()) {
    const own = accuracies(arm);
    expect(cells[index]![0]).toBe(String(own.length));
    const [told, around] = cells[index]![1]!.split(' ± ').map(Number) as [number, number];
    expect(told).toBeCloseTo(mean(own), 0);
    expect(around).toBeCloseTo(sd(own), 0);
    if (index === 0) continue;
    const pairs = own.map((value, seed) => value - controls[seed]!);
    const last = cells[index]!.at(-1)!.replaceAll('−', '-').split(' ± ').map(Number) as [number, number];
    expect(last[0]).toBeCloseTo(mean(pairs), 1);
    expect(last[1]).toBeCloseTo(sd(pairs), 1);
  }
  database.close();
});

it('a study without a finished run has a page too, and one that is not there is named with those that are', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun('aaaaaaaaaaaa-s0', { study: 'young', seed: 0 }));
  const page = await pageOf(workspace, 'young');
  expect(page).toContain('No run has finished yet.');
  expect(page).not.toContain('<svg');
  expect(page).toContain('Its text is not in the workspace.');
  await expect(dataOf(workspace, STUDY)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/There is no run of a study .*; there are young\.$/),
  });
});
