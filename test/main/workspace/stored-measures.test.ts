import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Curves } from '../../../common/codec/curve-frames.ts';
import { layerCosts } from '../../../common/cascade/layer-costs.ts';
import { readCurves } from '../../../common/contract/read-curves.ts';
import type { CurvesAsked, ExcessEpoch } from '../../../common/contract/schemas.ts';
import { forEachControl, type ControlKind } from '../../../common/controls.ts';
import { ideasOf } from '../../../common/measures/ideas.ts';
import { MEASURE_LEVELS, type Measure } from '../../../common/measures/measure.ts';
import { MEASURES, measuresOf } from '../../../common/measures/registry.ts';
import { DEFAULT_THRESHOLDS, thresholdLabel } from '../../../common/thresholds.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { LAST, recordAllKinds, RUNS, SHORT } from './all-kinds.ts';
import { CONTROL, LAYERS, RUN } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-stored-'));
let workspace: Workspace;

beforeAll(async () => {
  workspace = await recordAllKinds(folder);
});
afterAll(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const keysOf = (measure: Measure, labels: readonly string[]): string[] =>
  measure.each === undefined ? [''] : measure.each === 'threshold' ? [...labels] : ideasOf(labels);

const LABELS = DEFAULT_THRESHOLDS.map(thresholdLabel);

/** All numbers of a level by the functions of the measures: a line for each epoch of each run. */
async function byFunctions(
  workspace: Workspace,
  asked: readonly { id: string; key: string }[],
  layer?: string,
): Promise<number[][]> {
  const lines: number[][] = [];
  for (const id of RUNS) {
    const excess = await forEachControl((kind) => workspace.excess(id, kind));
    for (const epoch of await workspace.epochs(id)) {
      const at = (kind: ControlKind): ExcessEpoch | undefined =>
        excess[kind].find((other) => other.epoch === epoch.epoch);
      const one = epoch.layers.find(({ name }) => name === layer)!;
      lines.push(
        asked.map((number) => {
          const measure = (MEASURES as readonly Measure[]).find(({ id: known }) => known === number.id)!;
          const value =
            layer === undefined
              ? measure.epoch!({ epoch, compared: at }, number.key)
              : measure.layer!(
                  {
                    layer: one,
                    compared: (kind) => at(kind)?.layers.find(({ name }) => name === layer),
                    costs: layerCosts(one),
                  },
                  number.key,
                );
          return value ?? Number.NaN;
        }),
      );
    }
  }
  return lines;
}

const ask = (workspace: Workspace, asked: CurvesAsked): Promise<Curves> =>
  readCurves((part) => workspace.curveFrame(part), asked);

describe('numbers by SQL', () => {
  it('every measure has one at every level at which it has a function', () => {
    for (const measure of MEASURES as readonly Measure[])
      for (const level of MEASURE_LEVELS) {
        // A number of a run is that of its last epoch, unless it is of a run alone.
        const { stored } = measure;
        const told = (level === 'run' ? (stored.run ?? stored.epoch) : stored[level]) !== undefined;
        if (measure[level] !== undefined) expect(told, `${measure.id} of ${level}`).toBe(true);
        else if (level !== 'run') expect(told, `${measure.id} of ${level}`).toBe(false);
      }
  });

  it('are those of the functions, of epochs and of layers, whatever is missing', async () => {
    for (const layer of [undefined, ...LAYERS.map(({ name }) => name)]) {
      const asked = measuresOf(layer === undefined ? 'epoch' : 'layer').flatMap((measure) =>
        keysOf(measure, LABELS).map((key) => ({ id: measure.id, key })),
      );
      const expected = await byFunctions(workspace, asked, layer);
      const found: number[][] = expected.map(() => []);
      for (let from = 0; from < asked.length; from += 32) {
        const measures = asked.slice(from, from + 32);
        const curves = await ask(workspace, { runs: RUNS, x: 'epoch', measures, ...(layer && { layer }) });
        curves.values.forEach((column) => column.forEach((value, point) => found[point]!.push(value)));
      }
      for (const [point, line] of expected.entries())
        for (const [index, { id, key }] of asked.entries()) {
          const [wanted, is] = [line[index]!, found[point]![index]!];
          const where = `${id} ${key} of ${layer ?? 'the network'}, point ${point}`;
          if (Number.isNaN(wanted)) expect(is, where).toBeNaN();
          else expect(Math.abs(is - wanted), where).toBeLessThanOrEqual(1e-12 * Math.abs(wanted));
        }
      // Not a comparison of nothing with nothing.
      for (const [index, { id, key }] of asked.entries())
        expect(
          found.some((line) => Number.isFinite(line[index]!)),
          `${id} ${key}`,
        ).toBe(true);
    }
  });
});

describe('curves', () => {
  const points = (curves: Curves) =>
    Array.from(curves.run, (run, point) => [run, curves.epoch[point]!, curves.x[point]!]);

  it('have a point for each epoch of each run, in the order in which runs are asked for', async () => {
    const measures = [{ id: 'testAccuracy', key: '' }];
    const curves = await ask(workspace, { runs: [SHORT, CONTROL], x: 'epoch', measures });
    expect(points(curves)).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((epoch) => [0, epoch, epoch]),
      ...[0, 1, 2, 3, 4].map((epoch) => [1, epoch, epoch]),
    ]);
    expect(curves.runs).toEqual([SHORT, CONTROL]);
    const accuracies = [
      ...(await workspace.epochs(SHORT)).map(({ testAccuracy }) => testAccuracy),
      ...(await workspace.epochs(CONTROL)).map(({ testAccuracy }) => testAccuracy),
    ];
    expect([...curves.values[0]!]).toEqual(accuracies);
    expect(points(await ask(workspace, { runs: [], x: 'epoch', measures }))).toEqual([]);
  });

  it('stand against steps, seconds and other measures', async () => {
    const measures = [{ id: 'testLoss', key: '' }];
    const against = async (x: CurvesAsked['x'], layer?: string): Promise<number[]> => [
      ...(
        await ask(workspace, {
          runs: [RUN, CONTROL],
          x,
          measures: layer ? [{ id: 'norm', key: '' }] : measures,
          ...(layer && { layer }),
        })
      ).x,
    ];
    const epochs = [await workspace.epochs(RUN), await workspace.epochs(CONTROL)];
    const running = (value: (epoch: (typeof epochs)[0][0]) => number): number[] =>
      epochs.flatMap((run) => {
        let sum = 0;
        return run.map((epoch) => (sum += value(epoch)));
      });
    expect(await against('step')).toEqual(running(({ steps }) => steps));
    const seconds = running(
      (epoch) => epoch.trainingSeconds + epoch.evaluationSeconds + epoch.measurementSeconds,
    );
    for (const [index, at] of (await against('seconds')).entries())
      expect(at).toBeCloseTo(seconds[index]!, 9);
    const own = (value: (epoch: (typeof epochs)[0][0]) => number | null): number[] =>
      epochs.flat().map((epoch) => value(epoch) ?? Number.NaN);
    expect(await against({ id: 'shed', key: '1e-3' })).toEqual(own(({ shed }) => shed['1e-3']!));
    expect(await against({ id: 'shed', key: '0.001' })).toEqual(own(({ shed }) => shed['1e-3']!));
    expect(await against({ id: 'compression', key: 'masked' }, 'conv')).toEqual(
      own(({ costs }) => costs!.masked.compression),
    );
    expect(await against({ id: 'channels', key: '' }, 'conv')).toEqual(own(() => 4));
    expect(await against({ id: 'pruned', key: '' }, 'conv')).toEqual(own(({ layers }) => layers[0]!.pruned));
  });

  it('of more points than an answer holds are asked for again, and none is left out', async () => {
    const runs = Array.from({ length: 10_000 }, () => RUN);
    let calls = 0;
    const curves = await readCurves(
      (part) => {
        calls++;
        return workspace.curveFrame(part);
      },
      { runs, x: 'epoch', measures: [{ id: 'steps', key: '' }] },
    );
    expect(calls).toBeGreaterThan(2);
    expect(curves.run).toHaveLength(60_000);
    expect(curves.run.every((run, point) => run === Math.floor(point / 6))).toBe(true);
    expect(curves.epoch.every((epoch, point) => epoch === point % 6)).toBe(true);
  });

  it('are not begun once nobody waits for them, and refuse what is not there in a sentence', async () => {
    const asked = (id: string, key = '', more = {}) =>
      workspace.curveFrame({ runs: [RUN], x: 'epoch', measures: [{ id, key }], ...more });
    const controller = new AbortController();
    const waiting = workspace.curveFrame(
      { runs: [RUN], x: 'epoch', measures: [{ id: 'norm', key: '' }] },
      controller.signal,
    );
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(asked('acuracy')).rejects.toThrow("no measure 'acuracy'");
    await expect(asked('shed')).rejects.toThrow('say at which');
    await expect(asked('norm', '1e-4')).rejects.toThrow('one number');
    await expect(asked('macs', 'cheap')).rejects.toThrow('say of which');
    await expect(asked('testAccuracy', '', { layer: 'conv' })).rejects.toThrow('not told of a layer');
    await expect(asked('norm', '', { runs: ['000000000099-s1'] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const [none] = (
      await ask(workspace, { runs: [RUN], x: 'epoch', measures: [{ id: 'norm', key: '' }], layer: 'gone' })
    ).values;
    expect(none).toHaveLength(LAST + 1);
    expect(none!.every(Number.isNaN)).toBe(true);
  });
});
