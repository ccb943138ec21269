import { afterAll, beforeAll, expect, test } from 'vitest';
import { generator, integer } from '../../../../main/trainer/random.ts';
import type { LayerSelection, NamedOptions, RunSpecification } from '../../../../common/run-specification.ts';
import { studyRules } from '../../../../main/studies/rules.ts';
import type { DatasetOutline } from '../../../../main/trainer/data/dataset.ts';
import { planTraining } from '../../../../main/trainer/training-plan.ts';
import { prune } from '../../../../main/trainer/pruning/prune.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { describeModel, scored } from '../scoring/scored.ts';
import { pruningAfter, smallDataset, specification } from '../session/small-runs.ts';
import { zeros } from './layers.ts';
import { gatedBlock } from './gated-block.ts';

/**
 * What a study may ask for must not fail when it comes to prune, after hours of training: combinations drawn from all
 * parts of a pruning are given to the rules of studies, and those that they accept are gone through, pruning by pruning.
 */
const DRAWS = 800;
const STEPS = 7;
const dataset = smallDataset();
const rules = studyRules(
  () =>
    ({ train: 100, imageShape: dataset.imageShape, classes: dataset.classes }) as unknown as DatasetOutline,
);

const models: Record<string, NamedOptions> = {
  dense: {
    name: 'layers',
    layers: ['flatten', { layer: 'dense', units: 12 }, 'relu', { layer: 'dense', units: 6 }, 'relu', 'dense'],
  },
  'every kind of layer': {
    name: 'layers',
    layers: [
      { layer: 'conv', channels: 6, size: 3 },
      { layer: 'batch-norm' },
      'relu6',
      gatedBlock(3),
      {
        layer: 'residual',
        shortcut: 'zero-padding',
        layers: [
          { layer: 'conv', channels: 8, size: 3, stride: 2 },
          { layer: 'batch-norm' },
          'relu',
          { layer: 'conv', channels: 8, size: 3, groups: 2 },
          { layer: 'batch-norm' },
        ],
      },
      {
        layer: 'residual',
        shortcut: 'projection',
        layers: [{ layer: 'conv', channels: 10, size: 3, stride: 2, dilation: 2 }, { layer: 'batch-norm' }],
      },
      { layer: 'max-pool', size: 2 },
      'flatten',
      { layer: 'dropout', rate: 0.2 },
      { layer: 'dense', units: 10 },
      'swish',
      'dense',
    ],
  },
};

const criteria: NamedOptions[] = [
  { name: 'random' },
  { name: 'magnitude' },
  { name: 'saliency', examples: 32 },
  { name: 'snip', examples: 32 },
  { name: 'snip', examples: 32, iterations: 3 },
  { name: 'grasp', perClass: 4 },
  { name: 'synflow', iterations: 4 },
  { name: 'synflow', iterations: 1 },
  { name: 'batch-norm-scale' },
];
const granularities: NamedOptions[] = [
  { name: 'weight' },
  { name: 'n-m', keep: 1, of: 2 },
  { name: 'block', rows: 3, columns: 5, aggregate: 'sum' },
  { name: 'kernel' },
  { name: 'filter', aggregate: 'l2' },
  { name: 'channel' },
  { name: 'channel', aggregate: 'l2', readers: true },
];
const distributions: NamedOptions[] = [
  { name: 'global' },
  { name: 'uniform' },
  { name: 'erk' },
  { name: 'lamp' },
  { name: 'layer-wise', layers: {}, rest: 0.5 },
];
const schedules: NamedOptions[] = [
  { name: 'one-shot', epoch: 0 },
  { name: 'one-shot', epoch: '4it' },
  { name: 'one-shot', epoch: 4 },
  { name: 'iterative', rounds: 3 },
  { name: 'iterative', fraction: 0.3 },
  { name: 'gradual-cubic', from: '2it', until: 4, every: '2it' },
  { name: 'gradual-linear', until: 3, initial: 0.01 },
  { name: 'gradual-exponential', from: 1, until: 4 },
];
const selections: Partial<LayerSelection>[] = [
  {},
  { except: ['dense1'] },
  { kinds: ['conv'] },
  { kinds: ['depthwise', 'pointwise'] },
  { kinds: ['pointwise'] },
  { except: ['conv1', 'residual1.depthwise1'] },
];
const sparsities = [0.5, 0.5, 0.03, 0.93];

let engine: Engine;
beforeAll(() => void (engine = openEngine({ device: 'cpu', threads: 1 })));
afterAll(() => engine?.dispose());

test.each(Object.entries(models))(
  'what is accepted can be pruned: %s',
  (name, model) => {
    const random = generator(1, `prunings of ${name}`);
    const drawn = <T>(from: readonly T[]): T => from[integer(from.length, random)]!;
    const net = scored(engine, describeModel(model, dataset), dataset);
    const accepted: RunSpecification[] = [];
    for (let draw = 0; draw < DRAWS; draw++) {
      const given = specification({
        model,
        pruning: pruningAfter(0, {
          criterion: drawn(criteria),
          granularity: drawn(granularities),
          distribution: drawn(distributions),
          schedule: drawn(schedules),
          layers: { kinds: [], names: [], except: [], ...drawn(selections) },
          sparsity: drawn(sparsities),
        }),
        retraining: { name: 'fine-tune', epochs: 1 },
      });
      if (rules.check(given).length === 0) accepted.push({ ...given, ...rules.derive(given) });
    }
    // All parts are among them: nothing is passed over because it never goes with anything.
    for (const [part, choices] of Object.entries({ criteria, granularities, distributions, schedules })) {
      const found = accepted.map(({ pruning }) => JSON.stringify(pruning));
      const missing = choices.filter(
        (choice) => !found.some((each) => each.includes(JSON.stringify(choice))),
      );
      const without = name === 'dense' ? ['batch-norm-scale', 'kernel'] : [];
      expect(
        missing.map((choice) => choice.name).filter((choice) => !without.includes(choice)),
        part,
      ).toEqual([]);
    }
    for (const each of accepted) {
      const masks = new Map(net.layers.map((layer) => [layer.name, layer.mask]));
      for (const { sparsity } of planTraining(each, STEPS).prunings) {
        const layers = net.layers.map((layer) => {
          const mask = masks.get(layer.name)!;
          return { ...layer, mask, weights: layer.weights.map((weight, index) => weight * mask[index]!) };
        });
        const moment = {
          sparsity,
          seed: 1,
          counters: [1],
          derivatives: net.derivatives,
          network: net.network,
        };
        let outcome: ReturnType<typeof prune>;
        try {
          outcome = prune(each.pruning!, layers, moment);
        } catch (error) {
          throw new Error(`accepted, and failed: ${JSON.stringify(each.pruning)}`, { cause: error });
        }
        for (const [layer, mask] of outcome.masks) {
          expect(zeros(masks.get(layer)!)).toBeLessThanOrEqual(zeros(mask));
          masks.set(layer, mask);
        }
      }
    }
    net.release();
  },
  120_000,
);
