import { describe, expect, it } from 'vitest';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { EpochSummary, EpochWindow, ExcessEpoch } from '../../../common/contract/schemas.ts';
import { inSpans, spanFor } from '../../../main/workspace/reader/levels.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { CONTROL, ENVIRONMENT, newRun, openTest, recordOf, RUN, temporaryFolder } from './fixtures.ts';

const EPOCHS = 47;

async function trained(): Promise<Workspace> {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(CONTROL));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  for (const [salt, id] of [CONTROL, RUN].entries()) {
    await workspace.setEnvironment(id, ENVIRONMENT);
    for (let epoch = 0; epoch < EPOCHS; epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, salt), null, []);
  }
  return workspace;
}

async function epochs(workspace: Workspace, window: EpochWindow) {
  return decodeRows<EpochSummary>(await workspace.epochFrame(RUN, window));
}

describe('epochs in a window', () => {
  it('are those that a whole list holds, to the bit, and so is their excess', async () => {
    const workspace = await trained();
    const [all, excess] = [await workspace.epochs(RUN), await workspace.excess(RUN)];
    expect(await epochs(workspace, {})).toEqual({ stored: EPOCHS, span: 1, rows: all });
    expect((await epochs(workspace, { from: 5, to: 7 })).rows).toEqual(all.slice(5, 8));
    expect((await epochs(workspace, { from: 5, to: 7, most: 3 })).rows).toEqual(all.slice(5, 8));
    expect((await epochs(workspace, { from: EPOCHS })).rows).toEqual([]);
    const frame = await workspace.excessFrame(RUN, 'dense', { from: 40 });
    expect(decodeRows<ExcessEpoch>(frame)).toEqual({ stored: EPOCHS, span: 1, rows: excess.slice(40) });
  });

  it('at a level of detail keep the lowest and the highest of every span, by brute force', async () => {
    const workspace = await trained();
    const [all, excess] = [await workspace.epochs(RUN), await workspace.excess(RUN)];
    const outline = await epochs(workspace, { most: 10, layer: 'dense' });
    expect(outline).toMatchObject({ stored: EPOCHS, span: 10 });
    expect(outline.rows.length).toBeLessThanOrEqual(10);
    const frame = await workspace.excessFrame(RUN, 'dense', { most: 10, layer: 'dense' });
    const compared = decodeRows<ExcessEpoch>(frame).rows;
    const values: [string, (epoch: EpochSummary) => number | null][] = [
      ['test accuracy', (epoch) => epoch.testAccuracy],
      ['validation loss', (epoch) => epoch.validationLoss],
      ['shed', (epoch) => epoch.shed['1e-4']!],
      ['rate', (epoch) => epoch.learningRateLast],
      ['dead on the data', (epoch) => epoch.deadOnData],
      ['mean |w|', (epoch) => epoch.measured['meanMagnitude']!],
      [
        'mean |w| of a layer',
        (epoch) => epoch.layers.find(({ name }) => name === 'dense')!.measured['meanMagnitude']!,
      ],
      ['shed of a layer', (epoch) => epoch.layers.find(({ name }) => name === 'dense')!.shed['1e-4']!],
      ['excess', ({ epoch }) => excess.find((entry) => entry.epoch === epoch)!.excess['1e-4']!],
    ];
    for (let span = 0; span * 10 < EPOCHS; span++) {
      const within = all.slice(span * 10, span * 10 + 10);
      const told = outline.rows.slice(2 * span, 2 * span + 2);
      expect(told.map(({ epoch }) => epoch)).toEqual([within[0]!.epoch, within.at(-1)!.epoch]);
      for (const [what, value] of values) {
        const measured = within.map(value).filter((each) => each !== null && !Number.isNaN(each));
        const drawn =
          what === 'excess'
            ? compared.slice(2 * span, 2 * span + 2).map((entry) => entry.excess['1e-4']!)
            : told.map(value);
        const lowest = Math.min(...(measured as number[]));
        const highest = Math.max(...(measured as number[]));
        if (measured.length === 0) expect(drawn, what).toEqual([null, null]);
        else
          expect(
            [...(drawn as number[])].sort((one, other) => one - other),
            what,
          ).toEqual([lowest, highest]);
      }
    }
    expect((await epochs(workspace, { most: 10 })).rows.every(({ layers }) => layers.length === 0)).toBe(
      true,
    );
  });
});

describe('spans', () => {
  it('hold no more records than asked for, and tell what came first first', () => {
    for (const [count, most] of [
      [10, 10],
      [11, 10],
      [100_000, 2_000],
      [7, 2],
      [2_001, 2_000],
    ] as const) {
      const rows = Array.from({ length: count }, (_, epoch) => ({ epoch, value: -epoch }));
      const told = inSpans(rows, spanFor(count, most));
      if (count > most) expect(told.length).toBeLessThanOrEqual(most);
      expect(told.at(-1)!.epoch).toBe(count - 1);
      expect(told.map(({ value }) => value)).toEqual(told.map(({ epoch }) => -epoch));
    }
    const peak = [0, 9, 1].map((value, epoch) => ({ epoch, value }));
    expect(inSpans(peak, 3)).toEqual([
      { epoch: 0, value: 0 },
      { epoch: 2, value: 9 },
    ]);
    const missing = [null, 4, NaN, 2].map((value, epoch) => ({ epoch, value }));
    expect(inSpans(missing, 4)).toEqual([
      { epoch: 0, value: 4 },
      { epoch: 3, value: 2 },
    ]);
  });
});
