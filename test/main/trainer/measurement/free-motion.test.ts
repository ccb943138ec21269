import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freedChannels } from '../../../../common/cascade/freed.ts';
import {
  channelRows,
  laterRow,
  type LaterChannelField,
  type LayerRecord,
} from '../../../../common/records.ts';
import type { NamedOptions, RunSpecification } from '../../../../common/run-specification.ts';
import { datasets } from '../../../../main/trainer/data/registry.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { epochOf, pruningAfter, smallDataset, specification, tensorsOf } from '../session/small-runs.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

const dataset = smallDataset();
const EPOCHS = 6;
const PRUNED_AFTER = 2;

/** The pruned arm of the starter study in small: most depthwise kernels lose all nine weights. */
function depthwisePruned(change: Partial<RunSpecification>): RunSpecification {
  return specification({
    model: { name: 'depthwise-separable', stem: 12, widths: [16, 16, 24], strides: [1, 1, 2] },
    batchSize: 10,
    epochs: EPOCHS,
    pruning: pruningAfter(PRUNED_AFTER, {
      sparsity: 0.9,
      layers: { kinds: ['depthwise'], names: [], except: [] },
    }),
    ...change,
  });
}

const steps = specification().thresholds.length;
const later = (layer: LayerRecord, field: LaterChannelField): Float32Array => {
  const channels = layer.channels.length / channelRows(steps);
  const row = laterRow(field, steps) * channels;
  return layer.channels.subarray(row, row + channels);
};
const flagsOf = (layer: LayerRecord): Uint8Array =>
  freedChannels({ values: layer.channels, channels: later(layer, 'residual').length, thresholds: steps });

/** Channels whose only reader, a depthwise kernel, has lost every weight: the loss gives them a gradient of exactly zero. */
function withoutGradient(session: TrainingSession): Map<string, number[]> {
  const masks = tensorsOf(session.checkpoint());
  const readers: [string, string][] = [
    ['conv1', 'dw1'],
    ['pw1', 'dw2'],
    ['pw2', 'dw3'],
  ];
  return new Map(
    readers.map(([written, reader]) => {
      const mask = masks.get(`mask/${reader}`)!;
      const channels = mask.length / 9;
      return [
        written,
        Array.from({ length: channels }, (_, channel) => channel).filter((channel) =>
          Array.from({ length: 9 }, (_, tap) => mask[tap * channels + channel]).every((kept) => kept === 0),
        ),
      ];
    }),
  );
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

const OPTIMIZERS: [string, NamedOptions, number][] = [
  ['SGD', { name: 'sgd', momentum: 0.9, weightDecay: 2e-3 }, 0.05],
  ['Nesterov', { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 2e-3 }, 0.05],
  ['Adam', { name: 'adam', weightDecay: 5e-4 }, 1e-3],
  ['AdamW', { name: 'adamw', weightDecay: 5e-2 }, 1e-3],
];
const SCHEDULES: [string, (rate: number) => NamedOptions][] = [
  ['constant', (rate) => ({ name: 'constant', rate })],
  ['one-cycle', (rate) => ({ name: 'one-cycle', rate })],
  ['cosine per step', (rate) => ({ name: 'cosine', rate, per: 'step' })],
];

describe.each(OPTIMIZERS)('%s', (_name, optimizer, rate) => {
  test.each(SCHEDULES)(
    'at a rate %s: channels without gradient are freed, their norm falls by the free decay, and others are held',
    (_schedule, learningRate) => {
      const session = new TrainingSession(
        engine,
        depthwisePruned({ optimizer, learningRate: learningRate(rate) }),
        dataset,
        1,
      );
      for (let epoch = 1; epoch <= PRUNED_AFTER; epoch++) epochOf(session);
      const dead = withoutGradient(session);
      expect([...dead.values()].flat().length).toBeGreaterThan(8);
      const held: number[] = [];
      for (let epoch = PRUNED_AFTER + 1; epoch <= EPOCHS; epoch++) {
        for (const layer of epochOf(session).layers) {
          const channels = dead.get(layer.name);
          if (!channels) continue;
          const [flags, residuals] = [flagsOf(layer), later(layer, 'residual')];
          const [clock, decays] = [later(layer, 'freeDecay'), later(layer, 'decay')];
          for (const channel of channels) {
            expect(residuals[channel], `${layer.name} ${channel} in epoch ${epoch}`).toBeLessThan(0.01);
            expect(flags[channel]).toBe(1);
            expect(decays[channel]).toBeCloseTo(clock[channel]!, 5);
          }
          residuals.forEach((residual, channel) => {
            if (!channels.includes(channel)) held.push(residual);
          });
        }
      }
      expect(median(held)).toBeGreaterThan(0.4);
      session.dispose();
    },
  );
});

test('a rate that drops frees nothing: norms then fall freely before batch norm, but the weights go on turning', async () => {
  const [epochs, drop] = [10, 7];
  const run = depthwisePruned({
    dataset: { name: 'mnist', train: 1500, validation: 100 },
    pruning: null,
    batchSize: 32,
    epochs,
    learningRate: { name: 'steps', rate: 0.1, milestones: [drop] },
  });
  const session = new TrainingSession(engine, run, await datasets.open(run.dataset).load(), 0);
  const freed: number[] = [];
  const falling: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    session.trainEpoch(() => undefined);
    const { layers } = session.measure();
    const channels = layers.reduce((sum, layer) => sum + later(layer, 'residual').length, 0);
    freed.push(layers.reduce((sum, layer) => sum + layer.freedChannels!, 0) / channels);
    // The rule that stood here before: the norm falls at 0.8 of the free rate or faster.
    const byNorm = layers.flatMap((layer) => {
      const [clock, decays] = [later(layer, 'freeDecay'), later(layer, 'decay')];
      return Array.from(decays, (decay, channel) => Math.log(decay) <= 0.8 * Math.log(clock[channel]!));
    });
    falling.push(byNorm.filter(Boolean).length / channels);
  }
  expect(session.evaluate().test.accuracy).toBeGreaterThan(0.85);
  session.dispose();
  const [before, after] = [freed[drop - 1]!, freed.slice(drop)];
  expect(Math.max(...after)).toBeLessThan(before + 0.02);
  expect(Math.max(...falling.slice(drop))).toBeGreaterThan(falling[drop - 1]! + 0.3);
});
