import { expect, test } from 'vitest';
import { refusals } from '../../../../main/trainer/pruning/refusals.ts';
import { network, pruning } from './layers.ts';

const net = network((builder) =>
  builder.conv('conv1', 8, 3).conv('conv2', 8, 3).globalAveragePool('pool').dense('fc', 10),
);

test('nothing is said of what goes together', () => {
  expect(refusals(pruning(), net)).toEqual([]);
  expect(refusals(pruning({ shuffle: true }), net)).toEqual([]);
});

test('a choice of no layer is the only problem of a pruning', () => {
  const specification = pruning({ granularity: 'kernel', layers: { names: ['fc'], except: ['fc'] } });
  expect(refusals(specification, net)).toEqual([
    { key: ['pruning', 'layers'], message: expect.stringContaining('no layer') },
  ]);
});

test('a criterion says what it needs of the network', () => {
  const [refusal, ...others] = refusals(pruning({ criterion: 'batch-norm-scale' }), net);
  expect(refusal).toEqual({ key: ['pruning', 'criterion'], message: expect.any(String) });
  expect(others).toEqual([]);
});

test('shuffled weights are no longer whole units', () => {
  expect(refusals(pruning({ granularity: 'filter', shuffle: true }), net)).toEqual([
    { key: ['pruning', 'shuffle'], message: expect.stringContaining("'filter'") },
  ]);
});

test('scores with a sign have no Euclidean norm', () => {
  const at = (criterion: string, aggregate: string) =>
    refusals(pruning({ criterion, granularity: { name: 'filter', aggregate } }), net);
  expect(at('grasp', 'l2')).toEqual([
    { key: ['pruning', 'granularity', 'aggregate'], message: expect.stringContaining('mean or sum') },
  ]);
  expect(at('grasp', 'sum')).toEqual([]);
  expect(at('saliency', 'l2')).toEqual([]);
});

test('one key is told of once, by the granularity first', () => {
  const specification = pruning({
    criterion: 'random',
    granularity: { name: 'n-m', keep: 2, of: 4 },
    distribution: 'lamp',
    layers: { except: ['conv1'] },
  });
  expect(refusals(specification, net)).toEqual([
    { key: ['pruning', 'distribution'], message: expect.stringMatching(/^N:M/) },
  ]);
});
