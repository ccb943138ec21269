import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelGroups, weightsOf } from '../../../../../common/cascade/channel-groups.ts';
import type { NetworkDescription } from '../../../../../common/network.ts';
import { maskChannels, prunableGroups } from '../../../../../main/trainer/pruning/channel-masks.ts';
import { distributions } from '../../../../../main/trainer/pruning/distributions/registry.ts';
import { prune, type MaskedLayer } from '../../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../../main/trainer/pruning/refusals.ts';
import { layersOf, moment, network, pruning, ties, withMasks, zeros, type Parts } from '../layers.ts';

/** conv1 3 → 4, conv2 4 → 5, fc 5 → 10: 108, 180 and 50 weights. */
const chain = network((builder) =>
  builder
    .conv('conv1', 4, 3)
    .batchNorm('bn1')
    .relu('relu1')
    .conv('conv2', 5, 3)
    .relu('relu2')
    .globalAveragePool('pool')
    .dense('fc', 10),
);

/** A residual block with a depthwise layer and a gate in it, behind a stem. */
const gated = network((builder) => {
  const stem = builder.conv('stem', 6, 3).batchNorm('stem-bn').relu('stem-relu').cursor;
  const features = builder.conv('expand', 8, 1).relu('expand-relu').depthwise('dw', 3).relu('dw-relu').cursor;
  builder
    .globalAveragePool('squeeze', { keepSpatial: true })
    .conv('reduce', 3, 1)
    .relu('reduce-relu')
    .conv('gate', 8, 1)
    .activation('gate-sigmoid', 'sigmoid');
  builder.scale('se', features).conv('project', 6, 1).batchNorm('project-bn').add('sum', stem);
  return builder.relu('sum-relu').globalAveragePool('pool').dense('fc', 10);
});

const channel = (more: object = {}) => ({ name: 'channel', ...more });
const masksOf = (net: NetworkDescription, layers: MaskedLayer[], sparsity: number, parts: Parts = {}) => {
  const outcome = prune(
    pruning({ granularity: channel(), ...parts }),
    layers,
    moment(sparsity, { network: net }),
  );
  return { ...outcome, of: (name: string) => outcome.masks.get(name)! };
};
/** All weights alike but those of one output channel. */
const only = (net: NetworkDescription, name: string, output: number, weight: number): MaskedLayer[] =>
  layersOf(net).map((layer) => {
    const outputs = net.layers.find((each) => each.name === layer.name)!.outputChannels;
    return {
      ...layer,
      weights: layer.weights.map((_, index) =>
        layer.name === name && index % outputs === output ? weight : 1,
      ),
    };
  });
const outputs = (mask: Uint8Array, count: number): number[] =>
  Array.from({ length: count }, (_, output) =>
    mask.filter((_bit, index) => index % count === output).reduce((sum, bit) => sum + bit, 0),
  );

describe('by hand', () => {
  test('with a channel go the filter that makes it and all that read it', () => {
    const layers = only(chain, 'conv1', 2, 0.1);
    // 27 weights make it, 45 read it: 72 of 338.
    const outcome = masksOf(chain, layers, 72 / 338);
    expect(outcome.reached).toBe(72 / 338);
    expect(outputs(outcome.of('conv1'), 4)).toEqual([27, 27, 0, 27]);
    outcome.of('conv2').forEach((bit, index) => expect(bit).toBe(Math.floor(index / 5) % 4 === 2 ? 0 : 1));
    expect(zeros(outcome.of('fc'))).toBe(0);
  });

  test('a weight between two pruned channels counts once', () => {
    const weights = only(chain, 'conv1', 2, 0.1);
    const layers = weights.map((layer) =>
      layer.name === 'conv2' ? only(chain, 'conv2', 4, 0.1)[1]! : layer,
    );
    // 72, and of the second channel 36 + 10, of which 9 are between the two.
    const both = 72 + 36 + 10 - 9;
    const outcome = masksOf(chain, layers, both / 338);
    expect(outcome.reached).toBe(both / 338);
    expect(outputs(outcome.of('conv2'), 5)).toEqual([27, 27, 27, 27, 0]);
    expect(outcome.layers).toEqual([
      { name: 'conv1', weights: 108, pruned: 27 },
      { name: 'conv2', weights: 180, pruned: 45 + 36 - 9 },
      { name: 'fc', weights: 50, pruned: 10 },
    ]);
  });

  test('one more goes while that comes nearer to what was asked', () => {
    const layers = only(chain, 'conv1', 2, 0.1);
    expect(masksOf(chain, layers, 35.5 / 338).reached).toBe(0);
    expect(masksOf(chain, layers, 36 / 338).reached).toBe(72 / 338);
    expect(masksOf(chain, layers, 90 / 338).reached).toBe(72 / 338);
  });

  test('a residual add, a depthwise layer and a gate share their channels', () => {
    // Channel 5 of the block: expand 6, dw 9, gate 3 make it; reduce 3 and project 6 read it.
    const inner = masksOf(gated, only(gated, 'dw', 5, 0.001), 27 / 216, {
      layers: { except: ['fc', 'stem'] },
    });
    const pruned = Object.fromEntries(inner.layers.map(({ name, pruned }) => [name, pruned]));
    expect(pruned).toEqual({ expand: 6, dw: 9, reduce: 3, gate: 3, project: 6 });
    expect(outputs(inner.of('dw'), 8)).toEqual([9, 9, 9, 9, 9, 0, 9, 9]);
    expect(outputs(inner.of('gate'), 8)).toEqual([3, 3, 3, 3, 3, 0, 3, 3]);

    // Channel 1 of the sum: stem 27 and project 8 make it; expand 8 and fc 10 read it.
    const low = (name: string) => only(gated, name, 1, 0.001).find((layer) => layer.name === name)!;
    const layers = layersOf(gated).map((layer) =>
      ['stem', 'project'].includes(layer.name)
        ? low(layer.name)
        : { ...layer, weights: layer.weights.map(() => 1) },
    );
    const all = layers.reduce((sum, { mask }) => sum + mask.length, 0);
    const outer = masksOf(gated, layers, 53 / all);
    expect(
      Object.fromEntries(
        outer.layers.filter(({ pruned }) => pruned > 0).map(({ name, pruned }) => [name, pruned]),
      ),
    ).toEqual({ stem: 27, project: 8, expand: 8, fc: 10 });
  });

  test('layers that only read a channel may be left out, and keep their weights', () => {
    const layers = only(chain, 'conv2', 1, 0.1);
    const outcome = masksOf(chain, layers, 36 / 288, { layers: { kinds: ['conv'] } });
    expect(outcome.layers).toEqual([
      { name: 'conv1', weights: 108, pruned: 0 },
      { name: 'conv2', weights: 180, pruned: 36 },
    ]);
    expect(outcome.masks.has('fc')).toBe(false);
  });

  test('channels that a layer outside the choice makes stay', () => {
    const layers = only(chain, 'conv2', 1, 0.1);
    const outcome = masksOf(chain, layers, 0.9, { layers: { names: ['conv1', 'fc'] } });
    // conv2 makes what fc reads: only conv1's own channels can go.
    expect(outcome.layers).toEqual([
      { name: 'conv1', weights: 108, pruned: 108 },
      { name: 'fc', weights: 50, pruned: 0 },
    ]);
    expect(outcome.collapsed).toEqual(['conv1']);
  });

  test('readers count in a channel’s score when asked', () => {
    // The first channel's filter is the smallest, and what reads it is large.
    const layers = only(chain, 'conv1', 0, 0.5).map((layer) =>
      layer.name === 'conv2'
        ? { ...layer, weights: layer.weights.map((_, index) => (Math.floor(index / 5) % 4 === 0 ? 9 : 1)) }
        : layer,
    );
    const share = 72 / 338;
    expect(outputs(masksOf(chain, layers, share).of('conv1'), 4)).toEqual([0, 27, 27, 27]);
    const withReaders = masksOf(chain, layers, share, { granularity: channel({ readers: true }) });
    const left = outputs(withReaders.of('conv1'), 4);
    expect(left[0]).toBe(27);
    expect(left.toSorted()).toEqual([0, 27, 27, 27]);
  });

  test('uniform takes the same share of every group, where global takes one group alone', () => {
    const layers = layersOf(chain).map((layer) => ({
      ...layer,
      weights: layer.weights.map((weight) => (layer.name === 'conv2' ? weight : weight * 100)),
    }));
    const lost = (distribution: string): number[] => {
      const { of } = masksOf(chain, layers, 0.6, { distribution });
      return [outputs(of('conv1'), 4), outputs(of('conv2'), 5)].map(
        (left) => left.filter((count) => count === 0).length,
      );
    };
    expect(lost('global')[0]).toBeLessThan(2);
    expect(lost('global')[1]).toBeGreaterThanOrEqual(4);
    // Half of four and 0.4 of five: 54 + 126 + 20 = 200 of 338 weights, where 0.6 are 203.
    expect(lost('uniform')).toEqual([2, 2]);
  });
});

test('a channel that nothing makes any more goes first', () => {
  const layers = layersOf(chain).map((layer) =>
    layer.name === 'conv1'
      ? { ...layer, mask: layer.mask.map((_, index) => (index % 4 === 3 ? 0 : 1)) }
      : layer,
  );
  // 27 weights are gone, and the 45 that read the channel follow.
  const outcome = masksOf(chain, layers, 72 / 338);
  expect(outcome.reached).toBe(72 / 338);
  outcome.of('conv2').forEach((bit, index) => expect(bit).toBe(Math.floor(index / 5) % 4 === 3 ? 0 : 1));
});

test('channels that are gone already come before all others, whatever their scores', () => {
  // All scores are below zero; of conv2's five channels the first is gone, of conv1's four none is.
  const net = chain;
  const first = prune(
    pruning({ granularity: channel() }),
    only(net, 'conv2', 0, 0.1),
    moment(46 / 338, { network: net }),
  );
  const layers = net.layers.map(({ name, kind, shape, weights }) => ({
    name,
    kind,
    shape,
    mask: first.masks.get(name)!,
    scores: new Float32Array(weights).fill(-1),
  }));
  const distribution = distributions.open({ name: 'uniform' });
  const masks = maskChannels(
    { layers, sparsity: 109 / 338, distribution, ties: ties(), network: net },
    net,
    prunableGroups(channelGroups(net), new Set(layers.map(({ name }) => name))),
    { aggregate: 'mean', readers: false },
  );
  // A fifth of conv2's are gone, so that the next is one of conv1's, all of which are equal.
  expect(outputs(masks[0]!, 4).toSorted()).toEqual([0, 27, 27, 27]);
  expect(outputs(masks[1]!, 5)).toEqual([0, 27, 27, 27, 27]);
});

/** Weights of a channel as 'layer:index'. */
function channelsOf(net: NetworkDescription): string[][] {
  return channelGroups(net)
    .filter(({ prunable }) => prunable)
    .flatMap(({ channels, members }) =>
      Array.from({ length: channels }, (_, place) =>
        members.flatMap(({ layer: name, side, of }) => {
          const layer = net.layers.find((each) => each.name === name)!;
          return of[place]!.flatMap((number) =>
            weightsOf(layer, side, number).map((index) => `${name}:${index}`),
          );
        }),
      ),
    );
}

test.each([
  ['chain', chain],
  ['gated', gated],
])(
  '%s: channels are whole or gone, the union is counted, and it is as near as channels allow',
  (_name, net) => {
    const channels = channelsOf(net);
    const all = net.layers.reduce((sum, { weights }) => sum + weights, 0);
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('global', 'uniform'),
        fc.constantFrom('magnitude', 'random'),
        (sparsity, part, distribution, criterion) => {
          const specification = { distribution, criterion };
          const first = masksOf(net, layersOf(net), sparsity * part, specification);
          const outcome = masksOf(net, withMasks(layersOf(net), first), sparsity, specification);
          const gone = new Set<string>();
          for (const [name, mask] of outcome.masks)
            mask.forEach((bit, index) => bit || gone.add(`${name}:${index}`));
          const taken = channels.filter((weights) => weights.every((weight) => gone.has(weight)));
          expect(new Set(taken.flat())).toEqual(gone);
          expect(outcome.reached).toBe(gone.size / all);
          const largest = Math.max(...channels.map((weights) => new Set(weights).size));
          expect(Math.abs(outcome.reached - sparsity) * all).toBeLessThanOrEqual(largest / 2 + 1);
          for (const [name, mask] of first.masks)
            expect(mask.every((bit, index) => outcome.of(name)[index]! <= bit)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('more pruned than asked is refused, but for a part of a channel', () => {
  const first = masksOf(chain, layersOf(chain), 0.6);
  const again = (sparsity: number) => masksOf(chain, withMasks(layersOf(chain), first), sparsity);
  expect(again(first.reached - 0.01).reached).toBe(first.reached);
  expect(() => again(0.2)).toThrow(
    expect.objectContaining({ code: 'INVALID_STUDY', message: expect.stringMatching(/pruned already/) }),
  );
});

test('a channel too many is no more than was asked when none is left to be pruned', () => {
  // Two channels of 12 weights: 0.8 of 24 takes both, and leaves none to measure the rest by.
  const two = network((builder) => builder.dense('a', 2, {}).dense('b', 10, {}), [1, 1, 2]);
  const gone = masksOf(two, layersOf(two), 0.8);
  expect(gone.reached).toBe(1);
  expect(masksOf(two, withMasks(layersOf(two), gone), 0.9).reached).toBe(1);
});

describe('refused', () => {
  const at = (net: NetworkDescription, parts: Parts) =>
    refusals(pruning({ granularity: channel(), ...parts }), net);

  test.each(['erk', 'layer-wise'])('the distribution %s, which divides weights among layers', (name) => {
    const distribution = name === 'erk' ? { name } : { name, layers: {}, rest: 0.5 };
    expect(at(chain, { distribution })).toEqual([
      { key: ['pruning', 'distribution'], message: expect.stringMatching(/global or uniform or lamp/) },
    ]);
  });

  test('layers that make no channel of their own', () => {
    expect(at(chain, { layers: { names: ['fc'] } })).toEqual([
      { key: ['pruning', 'layers'], message: expect.stringMatching(/no channel can be pruned.*logits/) },
    ]);
    expect(at(chain, { layers: { names: ['conv1'] } })).toEqual([]);
  });

  test('a sparsity beyond what the channels hold', () => {
    // Of conv1 and fc, all of conv1 and nothing of fc: 108 of 158.
    const layers = { names: ['conv1', 'fc'] };
    expect(at(chain, { layers, sparsity: 0.68 })).toEqual([]);
    expect(at(chain, { layers, sparsity: 0.7 })).toEqual([
      { key: ['pruning', 'sparsity'], message: expect.stringContaining('0.6835') },
    ]);
    expect(at(gated, { sparsity: 0.99 })).toEqual([]);
    const most = masksOf(gated, layersOf(gated), 0.9999);
    expect(most.reached).toBe(1);
  });
});
