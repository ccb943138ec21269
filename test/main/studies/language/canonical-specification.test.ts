import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import type { Components } from '../../../../main/trainer/component.ts';
import { canonicalSpecification } from '../../../../main/studies/language/index.ts';
import { components, read, SOUND } from './components.ts';

function identities(text: string): string[] {
  const { problems, runs } = read(text);
  expect(problems).toEqual([]);
  return runs.map(({ specification }) => canonicalSpecification(specification, components));
}

const ONE_SEED = SOUND.replace('[0, 1]', '[0]');
const [CONTROL, RANDOM] = identities(ONE_SEED) as [string, string];

describe('pinned texts: a change here gives every run ever made another identity', () => {
  it('of a control', () => {
    expect(CONTROL).toBe(
      '{"batchSize":64,"dataset":{"name":"mnist"},"epochs":5,"learningRate":{"name":"constant","rate":0.1},' +
        '"model":{"name":"lenet-300-100"},"optimizer":{"name":"sgd","weightDecay":0.001},"referenceEpoch":2}',
    );
  });

  it('of a pruned run', () => {
    expect(RANDOM).toBe(
      '{"batchSize":64,"dataset":{"name":"mnist"},"epochs":5,"learningRate":{"name":"constant","rate":0.1},' +
        '"model":{"name":"lenet-300-100"},"optimizer":{"name":"sgd","weightDecay":0.001},' +
        '"pruning":{"criterion":{"name":"random"},"schedule":{"epoch":2,"name":"one-shot"},"sparsity":0.5},' +
        '"referenceEpoch":2}',
    );
  });

  it('of a run with everything set', () => {
    const text = ONE_SEED.replace(
      'model: lenet-300-100',
      'model: {name: conv-bn-relu, widths: [8], strides: [2]}',
    )
      .replace('dataset: mnist', 'dataset: {name: mnist, train: 100, validation: 0}')
      .replace(
        '  batchSize',
        "  thresholds: ['1e-3σ', 1e-4]\n  retraining: {name: fine-tune, epochs: 2}\n  batchSize",
      )
      .replace(
        'sparsity',
        'distribution: uniform\n      layers: {names: [fc2, fc1, fc2], kinds: [conv], except: []}\n      sparsity',
      );
    expect(identities(text).at(-1)).toBe(
      '{"batchSize":64,"dataset":{"name":"mnist","train":100,"validation":0},"epochs":5,' +
        '"learningRate":{"name":"constant","rate":0.1},"model":{"name":"conv-bn-relu","strides":[2],"widths":[8]},' +
        '"optimizer":{"name":"sgd","weightDecay":0.001},"pruning":{"criterion":{"name":"random"},' +
        '"distribution":{"name":"uniform"},"layers":{"kinds":["conv"],"names":["fc1","fc2"]},' +
        '"schedule":{"epoch":2,"name":"one-shot"},"sparsity":0.5},"referenceEpoch":2,' +
        '"retraining":{"epochs":2,"name":"fine-tune"},"thresholds":[{"absolute":0.0001},{"sigma":0.001}]}',
    );
  });
});

describe('the canonical text', () => {
  it('does not know how a study is written', () => {
    const text = ONE_SEED.replace(
      'optimizer: {name: sgd, weightDecay: 1e-3}',
      'optimizer: {decayBiases: true, weightDecay: 0.001, momentum: 0.9, name: sgd}',
    )
      .replace('dataset: mnist', 'dataset: {train: null, name: mnist}')
      .replace(
        'batchSize: 64',
        "batchSize: 64\n  retraining: {name: none}\n  thresholds: [1e-10, 1e-6, 1e-4, 1e-3, 1e-2, '1e-3 sigma']",
      )
      .replace(
        'criterion: random',
        'criterion: {name: random}\n      granularity: weight\n      distribution: global\n      layers: all',
      )
      .replace('study: sound', 'study: other\ncheckpoints: {every: 3}');
    expect(identities(text)).toEqual([CONTROL, RANDOM]);
  });

  it.each([
    ['batchSize: 64', 'batchSize: 65'],
    ['epochs: 5', 'epochs: 6'],
    ['weightDecay: 1e-3', 'weightDecay: 2e-3'],
    ['weightDecay: 1e-3', 'weightDecay: 1e-3, decayBiases: false'],
    ['rate: 0.1', 'rate: 0.2'],
    ['dataset: mnist', 'dataset: {name: mnist, validation: 10}'],
    ['dataset: mnist', 'dataset: mnist\n  thresholds: [1e-3]'],
    ['epoch: 2', 'epoch: 3'],
    ['sparsity: 0.5', 'sparsity: 0.6'],
    ['criterion: random', 'criterion: magnitude'],
    ['sparsity: 0.5', 'sparsity: 0.5\n      layers: {names: [fc1]}'],
  ])('knows %s from %s', (from, to) => {
    expect(identities(ONE_SEED.replace(from, to)).at(-1)).not.toBe(RANDOM);
  });

  it('is moved by no new option with a default, in any component', () => {
    const grown = Object.fromEntries(
      Object.entries(components).map(([list, entries]) => [
        list,
        (entries as Components['networks']).map((entry) => ({
          ...entry,
          options: entry.options.safeExtend({
            later: z.string().default('as ever'),
            deep: z.strictObject({ a: z.number().default(1) }).prefault({}),
          }),
        })),
      ]),
    ) as unknown as Components;
    for (const { specification } of read(ONE_SEED).runs) {
      const old = canonicalSpecification(specification, components);
      // A run that was stored before the option was there, and one that is read now.
      expect(canonicalSpecification(specification, grown)).toBe(old);
      const now = {
        ...specification,
        optimizer: { ...specification.optimizer, later: 'as ever', deep: { a: 1 } },
      };
      expect(canonicalSpecification(now, grown)).toBe(old);
      const other = { ...specification, optimizer: { ...specification.optimizer, deep: { a: 2 } } };
      expect(canonicalSpecification(other, grown)).not.toBe(old);
    }
  });
});
