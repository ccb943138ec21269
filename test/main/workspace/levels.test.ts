import { describe, expect, it } from 'vitest';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { EpochSummary, EpochWindow, ExcessEpoch } from '../../../common/contract/schemas.ts';
import { extremesOf, spanFor, toldPlaces } from '../../../main/workspace/reader/levels.ts';
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
    expect(await epochs(workspace, {})).toEqual({ stored: EPOCHS, span: 1, next: null, rows: all });
    expect((await epochs(workspace, { from: 5, to: 7 })).rows).toEqual(all.slice(5, 8));
    expect((await epochs(workspace, { from: 5, to: 7, most: 3 })).rows).toEqual(all.slice(5, 8));
    expect((await epochs(workspace, { from: EPOCHS })).rows).toEqual([]);
    const frame = await workspace.excessFrame(RUN, 'dense', { from: 40 });
    expect(decodeRows<ExcessEpoch>(frame)).toEqual({
      stored: EPOCHS,
      span: 1,
      next: null,
      rows: excess.slice(40),
    });
  });

  it.each([{ most: 10 }, { most: 7, from: 3, to: 40 }, { most: 46 }])(
    'at a level of detail keep the lowest and the highest of every span, by brute force: %o',
    async (window) => {
      const workspace = await trained();
      const [all, compared] = [await workspace.epochs(RUN), await workspace.excess(RUN)];
      const within = <T extends { epoch: number }>(rows: T[]) =>
        rows.filter(({ epoch }) => epoch >= (window.from ?? 0) && epoch <= (window.to ?? EPOCHS));
      const outline = await epochs(workspace, { ...window, layer: 'dense' });
      const { span } = outline;
      expect(span).toBe(spanFor(within(all).length, window.most));
      expect(outline.rows.length).toBeLessThanOrEqual(window.most);
      const named = <T extends { layers: { name: string }[] }>(row: T): T => ({
        ...row,
        layers: row.layers.filter(({ name }) => name === 'dense'),
      });
      const wanted = within(all)
        .map(named)
        .map((row) => ({ ...row, norm: NaN, gradientNorm: null, costs: null }));
      expect(outline.rows).toEqual(toldInSpans(wanted, span));
      const frame = await workspace.excessFrame(RUN, 'dense', { ...window, layer: 'dense' });
      expect(decodeRows<ExcessEpoch>(frame).rows).toEqual(toldInSpans(within(compared).map(named), span));
      const { rows } = await epochs(workspace, window);
      expect(rows.every(({ layers }) => layers.length === 0)).toBe(true);
    },
  );
});

/** Two records for each span, of whatever is in it: what is no number is that of the first. */
function toldInSpans<T extends { epoch: number }>(rows: readonly T[], span: number): T[] {
  return Array.from({ length: Math.ceil(rows.length / span) }, (_, index) =>
    rows.slice(index * span, (index + 1) * span),
  ).flatMap((within) => {
    const told = ends(within) as [T, T];
    const [first, last] = [
      { ...told[0], epoch: within[0]!.epoch },
      { ...told[1], epoch: within.at(-1)!.epoch },
    ];
    return within.length === 1 ? [first] : [first, last];
  });
}

function ends(values: readonly unknown[]): [unknown, unknown] {
  const sample = values.find((value) => value !== null && value !== undefined) ?? null;
  if (typeof sample === 'number') {
    const numbers = (values as (number | null)[]).filter((value) => value !== null && !Number.isNaN(value));
    if (numbers.length === 0) return [sample, sample];
    const [lowest, highest] = [Math.min(...(numbers as number[])), Math.max(...(numbers as number[]))];
    const isRising = values.indexOf(lowest) < values.indexOf(highest);
    return isRising ? [lowest, highest] : [highest, lowest];
  }
  if (typeof sample !== 'object' || sample === null) return [sample, sample];
  const parts = Object.keys(sample).map(
    (key) => [key, ends(values.map((value) => (value as Record<string, unknown> | null)?.[key]))] as const,
  );
  const side = (index: 0 | 1): unknown =>
    Array.isArray(sample)
      ? parts.map(([, pair]) => pair[index])
      : Object.fromEntries(parts.map(([key, pair]) => [key, pair[index]]));
  return [side(0), side(1)];
}

describe('spans', () => {
  it('hold no more records than asked for, and tell what came first first', () => {
    for (const [count, most] of [
      [10, 10],
      [11, 10],
      [100_000, 2_000],
      [7, 2],
      [2_001, 2_000],
    ] as const) {
      const span = spanFor(count, most);
      const places = toldPlaces(count, span);
      if (count > most) expect(places.length).toBeLessThanOrEqual(most);
      expect(places.at(-1)).toBe(count - 1);
      const falling = Float64Array.from({ length: count }, (_, epoch) => 0 - epoch);
      expect([...extremesOf(falling, span)]).toEqual(places.map((epoch) => 0 - epoch));
    }
    expect([...extremesOf(Float64Array.of(0, 9, 1), 3)]).toEqual([0, 9]);
    expect([...extremesOf(Float64Array.of(NaN, 4, NaN, 2), 4)]).toEqual([4, 2]);
    expect([...extremesOf(Float64Array.of(NaN, NaN, 3), 2)]).toEqual([NaN, NaN, 3]);
  });
});
