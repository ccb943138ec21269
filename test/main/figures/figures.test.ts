import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { figureSpecification, type FigureGiven } from '../../../common/figures/specification.ts';
import { Background } from '../../../main/background/background.ts';
import { Figures } from '../../../main/figures/figures.ts';
import { drawFigure, figureFile } from '../../../main/figures/render.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { newRun, openTest, recordOf, SPECIFICATION, temporaryFolder } from '../workspace/fixtures.ts';

const EPOCHS = 6;
const ARMS = [
  { arm: 'random', hash: '00000000000a', sparsity: 0.5 },
  { arm: 'magnitude', hash: '00000000000b', sparsity: 0.9 },
] as const;

/** Draws in this thread, so that a test need not wait until another has loaded. */
const hereAndNow = {
  call: (name: 'drawFigure' | 'figureFile', args: never) =>
    Promise.resolve({ drawFigure, figureFile }[name](...(args as Parameters<typeof figureFile>))),
} as unknown as Pick<Background, 'call'>;

/** A workspace with two arms of three seeds, and one run that is still training. */
async function scene(drawing: Pick<Background, 'call'> = hereAndNow) {
  const folder = temporaryFolder();
  const workspace = await openTest(folder);
  for (const [place, { arm, hash, sparsity }] of ARMS.entries())
    for (const seed of [0, 1, 2])
      await record(workspace, { arm, hash, seed, sparsity, salt: 10 * place + seed, state: 'finished' });
  await record(workspace, { ...ARMS[0], seed: 3, salt: 77, state: 'running' });
  const source = {
    listRuns: () => workspace.listRuns(),
    documents: workspace.documents.bind(workspace),
    specifications: (hashes?: readonly string[]) => workspace.specificationFrame(hashes),
    curves: workspace.curveFrame.bind(workspace),
    getRun: workspace.getRun.bind(workspace),
    overlap: workspace.overlap.bind(workspace),
    channels: workspace.channelFrame.bind(workspace),
    planes: workspace.planeFrame.bind(workspace),
    predictions: workspace.predictionFrame.bind(workspace),
  };
  const figures = new Figures(workspace, source, drawing, 'cascade-lab test');
  return { folder, workspace, figures };
}

async function record(
  workspace: Workspace,
  run: {
    arm: string;
    hash: string;
    seed: number;
    sparsity: number;
    salt: number;
    state: 'finished' | 'running';
  },
): Promise<void> {
  const { arm, hash, seed, sparsity, salt, state } = run;
  const id = `${hash}-s${seed}`;
  const pruning = SPECIFICATION.pruning && { ...SPECIFICATION.pruning, sparsity };
  await workspace.addRun(newRun(id, { hash, seed, arm, specification: { ...SPECIFICATION, pruning } }));
  for (let epoch = 0; epoch <= EPOCHS; epoch++)
    await workspace.recordEpoch(id, recordOf(epoch, salt), null, []);
  await workspace.setState(id, state, null);
}

const given: FigureGiven = {
  name: 'accuracy',
  kind: 'curves',
  measures: [{ id: 'testAccuracy' }, { id: 'shed' }],
};
const figure = figureSpecification.parse(given);

/** What a CSV file says, a record for each row. */
function rowsOf(csv: Uint8Array): Record<string, string>[] {
  const [head = '', ...lines] = Buffer.from(csv).toString().trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at], cell])));
}

test('the numbers of a figure are those that SQL gives, of finished runs alone', async () => {
  const { folder, workspace, figures } = await scene();
  await figures.save(figure);
  const rows = rowsOf(await figures.file('accuracy', 'csv', 300));
  await workspace.close();
  const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
  const expected = database
    .prepare(
      `select memberships.arm as arm, epochs.epoch as epoch, avg(test_accuracy) as mean, count(*) as n,
         sqrt((sum(test_accuracy * test_accuracy) - count(*) * avg(test_accuracy) * avg(test_accuracy)) / (count(*) - 1)) as sd
       from epochs join runs on runs.number = epochs.run
         join memberships on memberships.run = runs.number
       where runs.state = 'finished' group by memberships.arm, epochs.epoch`,
    )
    .all() as { arm: string; epoch: number; mean: number; n: number; sd: number }[];
  database.close();
  expect(expected).toHaveLength(2 * (EPOCHS + 1));
  const drawn = rows.filter(({ y_measure }) => y_measure === 'testAccuracy');
  expect(drawn).toHaveLength(expected.length);
  for (const { arm, epoch, mean, n, sd } of expected) {
    const row = drawn.find((one) => one['group'] === arm && Number(one['x']) === epoch);
    expect(Number(row?.['mean'])).toBeCloseTo(mean, 12);
    expect(Number(row?.['high']) - Number(row?.['mean'])).toBeCloseTo(sd, 9);
    expect(Number(row?.['n'])).toBe(n);
    expect(n).toBe(3);
  }
  expect(
    rows.filter(({ y_measure }) => y_measure === 'shed').every((row) => row['threshold'] === '1e-4'),
  ).toBe(true);
});

test('a figure is kept, drawn, written, and known to be the same or another as runs come', async () => {
  const background = new Background();
  onTestFinished(() => background.close());
  const { workspace, figures } = await scene(background);
  await figures.save(figure);
  expect((await figures.list()).map(({ specification }) => specification)).toEqual([figure]);
  const { svg, width, provenance } = await figures.draw(figure);
  expect(width).toBe(396);
  expect(svg).toContain('>magnitude<');
  expect(provenance.groups).toEqual([
    { label: 'random', n: 3, runs: ['00000000000a-s0', '00000000000a-s1', '00000000000a-s2'] },
    { label: 'magnitude', n: 3, runs: ['00000000000b-s0', '00000000000b-s1', '00000000000b-s2'] },
  ]);
  expect(provenance.unfinished).toBe(1);
  expect(await figures.check('accuracy')).toMatchObject({ state: 'unwritten', runs: 6, unfinished: 1 });
  const [one, other] = [
    await figures.file('accuracy', 'pdf', 300),
    await figures.file('accuracy', 'pdf', 300),
  ];
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
  await figures.noteWritten('accuracy', (await figures.check('accuracy')).hash);
  expect(await figures.check('accuracy')).toMatchObject({ state: 'same' });
  await workspace.setState('00000000000a-s3', 'finished', null);
  expect(await figures.check('accuracy')).toMatchObject({ state: 'changed', runs: 7, unfinished: 0 });
  await figures.remove('accuracy');
  await expect(figures.check('accuracy')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('runs in the bin are in no figure; one without any run left says so', async () => {
  const { workspace, figures } = await scene();
  await figures.save({ ...figure, query: 'arm = magnitude' });
  await workspace.mark(['00000000000b-s0'], { binned: true });
  expect(await figures.check('accuracy')).toMatchObject({ runs: 2 });
  await workspace.mark(['00000000000b-s1', '00000000000b-s2'], { binned: true });
  expect(await figures.check('accuracy')).toMatchObject({ state: 'empty', runs: 0 });
  expect((await figures.draw({ ...figure, query: 'arm = magnitude' })).svg).toContain('<svg');
});

test('what does not exist is refused with a sentence', async () => {
  const { figures } = await scene();
  const wrong: [Partial<typeof figure>, RegExp][] = [
    [{ query: 'armm = random' }, /no key “armm”/],
    [{ groupBy: ['colour'] }, /no key “colour”/],
    [{ measures: [{ id: 'beauty', key: '' }] }, /no measure 'beauty'/],
    [{ kind: 'pie' }, /no kind of figure/],
    [{ options: { columns: 0 } }, /option 'columns'/],
  ];
  for (const [change, sentence] of wrong)
    await expect(figures.draw({ ...figure, ...change })).rejects.toThrow(sentence);
});
