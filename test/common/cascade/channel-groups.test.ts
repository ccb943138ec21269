import { describe, expect, test } from 'vitest';
import { channelGroups, weightsOf, type ChannelGroup } from '../../../common/cascade/channel-groups.ts';
import { ACTIVATIONS, sizeOf } from '../../../common/network.ts';
import { generator, normals } from '../../../main/trainer/random.ts';
import { NetworkBuilder } from '../../../main/trainer/network/builder.ts';
import { compact } from './compact.ts';
import { chance, images, outputs, randomNetwork, RANGE, type Values } from './random-networks.ts';

const builder = (channels = 1): NetworkBuilder => new NetworkBuilder('groups', [4, 4, channels], 2, RANGE);
const groupsOf = (net: NetworkBuilder): ChannelGroup[] =>
  channelGroups(net.globalAveragePool('pool').dense('fc', 2).build());

/** A group in short: its members and norms with their slices. */
function short({ members, norms }: ChannelGroup): Record<string, number[][]> {
  return Object.fromEntries([
    ...members.map(({ layer, side, of }) => [`${layer} ${side}`, of]),
    ...norms.map(({ node, of }) => [`${node} norm`, of]),
  ]) as Record<string, number[][]>;
}

const each = (count: number, from = 0): number[][] =>
  Array.from({ length: count }, (_, channel) => [from + channel]);
const none = (count: number): number[][] => Array.from({ length: count }, () => []);

describe('by hand', () => {
  test('a chain', () => {
    const groups = groupsOf(builder(2).conv('a', 3, 3).batchNorm('an').relu('ar').conv('b', 4, 1));
    expect(groups.map(short)).toEqual([
      { 'a input': each(2) },
      { 'a output': each(3), 'b input': each(3), 'an norm': each(3) },
      { 'b output': each(4), 'fc input': each(4) },
      { 'fc output': each(2) },
    ]);
    expect(groups.map(({ channels, prunable }) => [channels, prunable])).toEqual([
      [2, false],
      [3, true],
      [4, true],
      [2, false],
    ]);
    expect(groups.map(({ reason }) => reason)).toEqual([
      'These are the channels of the input image.',
      null,
      null,
      'These are the logits, one for each class.',
    ]);
  });

  test('flattened, a channel is one unit a position', () => {
    const net = new NetworkBuilder('flat', [2, 2, 1], 2, RANGE).conv('a', 3, 1).dense('fc', 2).build();
    expect(short(channelGroups(net)[1]!)).toEqual({
      'a output': each(3),
      'fc input': [
        [0, 3, 6, 9],
        [1, 4, 7, 10],
        [2, 5, 8, 11],
      ],
    });
  });

  test('a depthwise kernel carries channels on, and appears by its outputs', () => {
    const net = builder().conv('a', 2, 3).batchNorm('an').activation('ar', 'relu6');
    const groups = groupsOf(net.depthwise('d', 3, { multiplier: 2 }).batchNorm('dn').conv('p', 3, 1));
    expect(short(groups[1]!)).toEqual({
      'a output': each(2),
      'an norm': each(2),
      'd output': [
        [0, 1],
        [2, 3],
      ],
      'dn norm': [
        [0, 1],
        [2, 3],
      ],
      'p input': [
        [0, 1],
        [2, 3],
      ],
    });
    expect(groups).toHaveLength(4);
  });

  test('a channel of a convolution of groups is a whole group', () => {
    const net = builder().conv('a', 4, 1).conv('g', 6, 3, { groups: 2 });
    expect(short(groupsOf(net)[1]!)).toEqual({
      'a output': [
        [0, 1],
        [2, 3],
      ],
      'g output': [
        [0, 1, 2],
        [3, 4, 5],
      ],
      'fc input': [
        [0, 1, 2],
        [3, 4, 5],
      ],
    });
  });

  test('residual blocks, identity and projection', () => {
    const net = builder().conv('stem', 2, 3).relu('r0');
    const entry = net.cursor;
    net
      .conv('a', 3, 3)
      .batchNorm('an')
      .relu('ar')
      .conv('b', 2, 3)
      .batchNorm('bn')
      .add('s1', entry)
      .relu('r1');
    const second = net.cursor;
    const branch = net.conv('c', 5, 3, { stride: 2 }).relu('cr').conv('d', 4, 3).cursor;
    net.from(second).conv('projection', 4, 1, { stride: 2 }).batchNorm('pn').add('s2', branch).relu('r2');
    const groups = groupsOf(net);
    expect(groups.map(short)).toEqual([
      { 'stem input': each(1) },
      {
        'stem output': each(2),
        'a input': each(2),
        'b output': each(2),
        'bn norm': each(2),
        'c input': each(2),
        'projection input': each(2),
      },
      { 'a output': each(3), 'an norm': each(3), 'b input': each(3) },
      { 'c output': each(5), 'd input': each(5) },
      { 'd output': each(4), 'projection output': each(4), 'pn norm': each(4), 'fc input': each(4) },
      { 'fc output': each(2) },
    ]);
    expect(groups.map(({ prunable }) => prunable)).toEqual([false, true, true, true, true, false]);
  });

  test('an option-A shortcut moves channels by its padding', () => {
    const net = builder().conv('stem', 2, 3).relu('r0');
    const entry = net.cursor;
    const branch = net.conv('a', 3, 3, { stride: 2 }).relu('ar').conv('b', 5, 3).batchNorm('bn').cursor;
    net.from(entry).shortcut('s', 5, 2).add('sum', branch).relu('r1');
    const groups = groupsOf(net);
    // One of the three channels of padding comes before: channels of the group are 1, 2, then 0, 3, 4 of the wide.
    const wide = [[1], [2], [0], [3], [4]];
    expect(short(groups[1]!)).toEqual({
      'stem output': [...each(2), ...none(3)],
      'a input': [...each(2), ...none(3)],
      'b output': wide,
      'bn norm': wide,
      'fc input': wide,
    });
    expect(groups[1]).toMatchObject({ channels: 5, prunable: true });
  });

  test('a block of MobileNetV3: the gate goes with the features, the squeezed are their own', () => {
    const net = builder().conv('stem', 2, 3).batchNorm('sn').activation('sa', 'hard-swish');
    const entry = net.cursor;
    net.conv('expand', 6, 1).batchNorm('en').activation('ea', 'hard-swish');
    net.depthwise('dw', 3).batchNorm('dn').activation('da', 'hard-swish');
    const features = net.cursor;
    net.globalAveragePool('squeeze', { keepSpatial: true });
    net.conv('fc1', 2, 1, { bias: true }).relu('fr').conv('fc2', 6, 1, { bias: true });
    net.activation('gate', 'hard-sigmoid').scale('scale', features);
    net.conv('project', 2, 1).batchNorm('pn').add('sum', entry);
    expect(groupsOf(net).map(short)).toEqual([
      { 'stem input': each(1) },
      {
        'stem output': each(2),
        'sn norm': each(2),
        'expand input': each(2),
        'project output': each(2),
        'pn norm': each(2),
        'fc input': each(2),
      },
      {
        'expand output': each(6),
        'en norm': each(6),
        'dw output': each(6),
        'dn norm': each(6),
        'fc1 input': each(6),
        'fc2 output': each(6),
        'project input': each(6),
      },
      { 'fc1 output': each(2), 'fc2 input': each(2) },
      { 'fc output': each(2) },
    ]);
  });

  test('channels that an add joins with the image’s cannot be pruned, their neighbours can', () => {
    const net = builder(2);
    const branch = net.conv('a', 4, 3).cursor;
    net.from('input').shortcut('s', 4, 1).add('sum', branch);
    const groups = groupsOf(net);
    expect(groups.map(short)).toEqual([
      { 'a input': each(2), 'a output': each(2, 1), 'fc input': each(2, 1) },
      { 'a output': [[0], [3]], 'fc input': [[0], [3]] },
      { 'fc output': each(2) },
    ]);
    expect(groups.map(({ prunable }) => prunable)).toEqual([false, true, false]);
  });
});

test('weights of a slice, by the layout of kernels', () => {
  const conv = { weights: 2 * 3 * 4, inputChannels: 3, outputChannels: 4 };
  expect(weightsOf(conv, 'output', 1)).toEqual([1, 5, 9, 13, 17, 21]);
  expect(weightsOf(conv, 'input', 2)).toEqual([8, 9, 10, 11, 20, 21, 22, 23]);
});

test('random networks: each slice of a kernel, and each channel of a batch norm, is in one place of one group', () => {
  for (let number = 0; number < 50; number++) {
    const network = randomNetwork(generator(number, 'parted'), { activations: ACTIVATIONS, skips: true });
    const seen = new Map<string, number[]>();
    for (const { channels, members, norms } of channelGroups(network))
      for (const [place, of] of [
        ...members.map(({ layer, side, of }) => [`${layer} ${side}`, of] as const),
        ...norms.map(({ node, of }) => [`${node} norm`, of] as const),
      ]) {
        expect(of).toHaveLength(channels);
        seen.set(place, [...(seen.get(place) ?? []), ...of.flat()]);
      }
    const wanted = new Map<string, number>();
    for (const { name, kind, groups, inputChannels, outputChannels } of network.layers) {
      wanted.set(`${name} output`, outputChannels);
      if (kind !== 'depthwise' && groups === undefined) wanted.set(`${name} input`, inputChannels);
    }
    for (const { name, operation, channels } of network.nodes)
      if (operation === 'batch-norm') wanted.set(`${name} norm`, channels);
    expect(new Set(seen.keys())).toEqual(new Set(wanted.keys()));
    for (const [place, count] of wanted)
      expect(seen.get(place)!.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
  }
});

test('random networks: channels deleted from all tensors give the logits of channels whose parameters are zero', () => {
  let deleted = 0;
  for (let number = 0; number < 150; number++) {
    const random = generator(number, 'deleted channels');
    const network = randomNetwork(random, { activations: ACTIVATIONS, skips: true });
    const values: Values = new Map(
      network.parameters.map(({ name, role, shape }) => [
        name,
        Float32Array.from(normals(sizeOf(shape), random), (x) => (role === 'variance' ? x * x : x)),
      ]),
    );
    const groups = channelGroups(network);
    const removed = groups.map(({ channels, prunable }) =>
      Uint8Array.from({ length: channels }, () => (prunable && chance(random, 0.4) ? 1 : 0)),
    );
    const zeroed = new Map([...values].map(([name, of]) => [name, of.slice()]));
    groups.forEach(({ members, norms }, group) =>
      removed[group]!.forEach((gone, channel) => {
        if (!gone) return;
        deleted++;
        for (const { layer: name, side, of } of members)
          for (const slice of of[channel]!) {
            const layer = network.layers.find((one) => one.name === name)!;
            for (const index of weightsOf(layer, side, slice)) zeroed.get(layer.kernel)![index] = 0;
            if (side === 'output' && zeroed.has(`${name}.bias`)) zeroed.get(`${name}.bias`)![slice] = 0;
          }
        for (const { node, of } of norms)
          for (const slice of of[channel]!)
            for (const role of ['gamma', 'beta']) zeroed.get(`${node}.${role}`)![slice] = 0;
      }),
    );
    const small = compact({ network, values }, groups, removed);
    const inputs = images(network, 2, random);
    expect(outputs(small.network, small.values, inputs), `network ${number}`).toEqual(
      outputs(network, zeroed, inputs),
    );
  }
  expect(deleted).toBeGreaterThan(300);
});
