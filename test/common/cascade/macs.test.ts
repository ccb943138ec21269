import { describe, expect, test } from 'vitest';
import { channelGroups } from '../../../common/cascade/channel-groups.ts';
import { removableChannels } from '../../../common/cascade/compaction.ts';
import { findInert } from '../../../main/trainer/measurement/inert/inert.ts';
import { compression, effectiveMacs, theoreticalSpeedUp } from '../../../common/cascade/macs.ts';
import { ACTIVATIONS } from '../../../common/network.ts';
import { generator } from '../../../main/trainer/random.ts';
import { INERT_PLANE, type LayerStates } from '../../../common/records.ts';
import { measureStates } from '../../../main/trainer/measurement/states.ts';
import { NetworkBuilder } from '../../../main/trainer/network/builder.ts';
import { compact, trainable } from './compact.ts';
import { setInput, setOutput, withOnes, type Net } from './hand-made.ts';
import { images, outputs, randomNetwork, randomValues, RANGE } from './random-networks.ts';

/** Records of a network whose weights of zero are pruned. */
function recordsOf({ network, values }: Net): LayerStates[] {
  const inertness = findInert(network, values);
  return network.layers.map((layer) => {
    const weights = values.get(layer.kernel)!;
    return measureStates({
      layer,
      weights,
      mask: Uint8Array.from(weights, (weight) => (weight === 0 ? 0 : 1)),
      inertness: inertness.get(layer.name)!,
      thresholds: Float32Array.of(0.1, 0.01),
      gamma: null,
      beta: null,
      motion: null,
    });
  });
}

describe('by hand', () => {
  /** a: 3 × 3, 1 → 4 on 4 × 4 (36 weights, 576 MACs); b: 1 × 1, 4 → 2 at stride 2 (8, 32); fc: 2 → 2 (4, 4). */
  const chain = (): Net =>
    withOnes(
      new NetworkBuilder('chain', [4, 4, 1], 2, RANGE)
        .conv('a', 4, 3)
        .batchNorm('an')
        .relu('ar')
        .conv('b', 2, 1, { stride: 2, bias: true })
        .globalAveragePool('pool')
        .dense('fc', 2)
        .build(),
    );
  const costs = (net: Net) => effectiveMacs(net.network, recordsOf(net));

  test('whole', () => {
    const whole = { macs: 612, weights: 48, parameters: 48 + 2 + 2 + 8 };
    const found = costs(chain());
    expect(found).toMatchObject({ dense: whole, masked: whole, withoutInert: whole, compacted: whole });
    expect(found.withoutShed).toEqual([whole, whole]);
    expect(found.layers.map(({ name, dense }) => [name, dense])).toEqual([
      ['a', { macs: 576, weights: 36 }],
      ['b', { macs: 32, weights: 8 }],
      ['fc', { macs: 4, weights: 4 }],
    ]);
  });

  test('a pruned weight saves its positions; a pruned channel frees the weights that read it, and is deleted', () => {
    const net = chain();
    net.values.get('a.weight')![0] = 0;
    expect(costs(net)).toMatchObject({ masked: { macs: 596, weights: 47 }, compacted: { macs: 612 } });
    setOutput(net, 'a', 0, 0);
    // Nine weights of 16 positions are pruned, and two of 4 positions read what is zero.
    expect(costs(net)).toMatchObject({
      masked: { macs: 612 - 144, weights: 39, parameters: 51 },
      withoutInert: { macs: 612 - 144 - 8, weights: 37, parameters: 49 },
      compacted: { macs: 612 - 144 - 8, weights: 37, parameters: 47 },
    });
    // Batch norm makes it a constant that is read: nothing is inert, and nothing can be deleted.
    net.values.get('an.beta')![0] = 1;
    expect(costs(net)).toMatchObject({
      withoutInert: { macs: 612 - 144 },
      compacted: { macs: 612, weights: 48, parameters: 60 },
    });
    setInput(net, 'b', 0, 0);
    expect(costs(net)).toMatchObject({
      masked: { macs: 612 - 144 - 8 },
      compacted: { macs: 612 - 144 - 8, weights: 37, parameters: 47 },
    });
  });

  test('shed weights, at each threshold, beside the pruned ones', () => {
    const net = chain();
    net.values.get('a.weight')!.set([0.05, 0.005, 0]);
    const found = costs(net);
    expect(found.withoutShed.map(({ macs, weights }) => [macs, weights])).toEqual([
      [612 - 48, 45],
      [612 - 32, 46],
    ]);
    expect(found.layers[0]!.withoutShed[0]).toEqual({ macs: 576 - 48, weights: 33 });
  });

  test('a bias goes with its channel', () => {
    const net = chain();
    setInput(net, 'fc', 1, 0);
    // b loses four weights of 4 positions and a bias, fc two weights.
    expect(costs(net).compacted).toEqual({ macs: 612 - 16 - 2, weights: 42, parameters: 60 - 6 - 1 });
  });

  test('a channel stays while one branch of a residual stage needs it', () => {
    const builder = new NetworkBuilder('residual', [4, 4, 1], 2, RANGE).conv('stem', 2, 1);
    const entry = builder.cursor;
    builder.conv('a', 3, 1).conv('b', 2, 1).add('sum', entry);
    const net = withOnes(builder.globalAveragePool('pool').dense('fc', 2).build());
    setOutput(net, 'b', 0, 0);
    expect(costs(net).compacted).toEqual(costs(net).dense);
    setOutput(net, 'stem', 0, 0);
    expect(costs(net).compacted.weights).toBe(1 + 3 + 3 + 2);
  });

  test('a depthwise channel goes with what feeds and reads it', () => {
    const net = withOnes(
      new NetworkBuilder('depthwise', [4, 4, 1], 2, RANGE)
        .conv('a', 3, 1)
        .depthwise('d', 3)
        .conv('p', 2, 1)
        .globalAveragePool('pool')
        .dense('fc', 2)
        .build(),
    );
    setOutput(net, 'd', 1, 0);
    const found = costs(net);
    expect(found.layers.map(({ compacted }) => compacted)).toEqual([
      { macs: 32, weights: 2 },
      { macs: 288, weights: 18 },
      { macs: 64, weights: 4 },
      { macs: 4, weights: 4 },
    ]);
  });

  test('a channel stays while any of its weights is neither pruned nor inert, wherever in the kernel', () => {
    const net = chain();
    const [kernel, read] = [net.values.get('a.weight')!, net.values.get('b.weight')!];
    // Output 0 is made at the first place of the kernel, output 1 at the second, 2 at the last; 3 nowhere.
    kernel.fill(0);
    for (const index of [0, 5, 34]) kernel[index] = 1;
    read.fill(0);
    // As if nothing were inert.
    const records = recordsOf(net).map((record) => ({
      ...record,
      planes: record.planes.map((byte, index) =>
        Math.floor(index / Math.ceil(record.weights / 8)) === INERT_PLANE ? 0 : byte,
      ),
    }));
    const groups = channelGroups(net.network);
    expect([...removableChannels(net.network, groups, records)[1]!]).toEqual([0, 0, 0, 1]);
  });

  test('speed-up and compression', () => {
    const net = chain();
    setOutput(net, 'a', 0, 0);
    const found = costs(net);
    expect(theoreticalSpeedUp(found, found.masked)).toBe(612 / 468);
    expect(compression(found, found.masked)).toBe(48 / 39);
    for (const layer of ['a', 'b', 'fc'])
      for (let channel = 0; channel < 4; channel++) setOutput(net, layer, channel, 0);
    expect(theoreticalSpeedUp(costs(net), costs(net).masked)).toBe(Infinity);
    expect(compression(costs(net), costs(net).masked)).toBe(Infinity);
  });
});

test('random networks: compacted, the logits are the same to the bit, and the costs are those of the small network', () => {
  let [removedCount, smaller] = [0, 0];
  for (let number = 0; number < 300; number++) {
    const random = generator(number, 'compaction');
    const network = randomNetwork(random, { activations: ACTIVATIONS, skips: true });
    const net: Net = { network, values: randomValues(network, random) };
    const records = recordsOf(net);
    const groups = channelGroups(network);
    const removable = removableChannels(network, groups, records);
    removedCount += removable.reduce((sum, of) => sum + of.reduce((a, b) => a + b, 0), 0);
    const small = compact(net, groups, removable);
    const { dense, compacted, layers } = effectiveMacs(network, records, groups);
    expect(layers.map(({ compacted: cost }) => cost.weights)).toEqual(
      small.network.layers.map(({ weights }) => weights),
    );
    expect(compacted).toEqual({
      macs: small.network.layers.reduce((sum, { macs }) => sum + macs, 0),
      weights: small.network.layers.reduce((sum, { weights }) => sum + weights, 0),
      parameters: trainable(small.network),
    });
    if (compacted.macs < dense.macs) smaller++;
    const inputs = images(network, 3, random);
    expect(outputs(small.network, small.values, inputs, Math.fround), `network ${number}`).toEqual(
      outputs(network, net.values, inputs, Math.fround),
    );
  }
  expect(removedCount).toBeGreaterThan(300);
  expect(smaller).toBeGreaterThan(100);
});
