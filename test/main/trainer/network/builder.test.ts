import { describe, expect, test } from 'vitest';
import { CascadeError } from '../../../../common/errors.ts';
import {
  ACTIVATIONS,
  channelOf,
  convolvedSize,
  inputChannelOf,
  sizeOf,
  type PrunableLayer,
} from '../../../../common/network.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';

const RANGE = { minimum: -1, maximum: 1 };
const start = (image: [number, number, number] = [8, 8, 4], classes = 3): NetworkBuilder =>
  new NetworkBuilder('net', image, classes, RANGE);

function lastLayer(network: NetworkBuilder): PrunableLayer {
  const name = network.cursor;
  return network
    .dense('fc', 3)
    .build()
    .layers.find((layer) => layer.name === name)!;
}

describe('weights and multiply-accumulates of a layer, by hand', () => {
  test.each<[string, (network: NetworkBuilder) => NetworkBuilder, Partial<PrunableLayer>]>([
    // 3 · 3 · 4 · 6 weights, each used at 8 · 8 places.
    ['conv', (n) => n.conv('x', 6, 3), { kind: 'conv', shape: [3, 3, 4, 6], weights: 216, macs: 216 * 64 }],
    ['conv at stride 2', (n) => n.conv('x', 6, 3, { stride: 2 }), { weights: 216, macs: 216 * 16 }],
    ['conv without padding', (n) => n.conv('x', 6, 3, { padding: 0 }), { weights: 216, macs: 216 * 36 }],
    // (8 + 2 − 4) / 2 + 1 = 4 a side.
    ['conv 4 × 4', (n) => n.conv('x', 5, 4, { stride: 2, padding: 1 }), { weights: 320, macs: 320 * 16 }],
    ['conv 2 × 2, padded by 0', (n) => n.conv('x', 1, 2), { weights: 16, macs: 16 * 49 }],
    // Keeps its size: two zeros on each side. Without, (8 − 5) + 1 = 4 a side.
    ['dilated conv', (n) => n.conv('x', 6, 3, { dilation: 2 }), { weights: 216, macs: 216 * 64 }],
    [
      'dilated conv without padding',
      (n) => n.conv('x', 6, 3, { dilation: 2, padding: 0 }),
      { weights: 216, macs: 216 * 16 },
    ],
    // Each of 6 outputs reads 2 of the 4 channels.
    [
      'conv of 2 groups',
      (n) => n.conv('x', 6, 3, { groups: 2 }),
      { kind: 'conv', groups: 2, shape: [3, 3, 2, 6], weights: 108, macs: 108 * 64, inputChannels: 4 },
    ],
    ['pointwise', (n) => n.conv('x', 6, 1), { kind: 'pointwise', shape: [1, 1, 4, 6], macs: 24 * 64 }],
    ['pointwise of 2 groups', (n) => n.conv('x', 6, 1, { groups: 2 }), { kind: 'conv', shape: [1, 1, 2, 6] }],
    ['depthwise', (n) => n.depthwise('x', 3), { kind: 'depthwise', shape: [3, 3, 4, 1], macs: 36 * 64 }],
    [
      'depthwise of 2 kernels a channel',
      (n) => n.depthwise('x', 5, { stride: 2, multiplier: 2 }),
      { shape: [5, 5, 4, 2], weights: 200, macs: 200 * 16, inputChannels: 4, outputChannels: 8 },
    ],
    ['dense', (n) => n.dense('x', 5), { kind: 'dense', shape: [256, 5], weights: 1280, macs: 1280 }],
    [
      'dense behind global pooling that keeps the places',
      (n) => n.globalAveragePool('pool', { keepSpatial: true }).dense('x', 5),
      { shape: [4, 5], macs: 20 },
    ],
  ])('%s', (_, build, wanted) => {
    expect(lastLayer(build(start()))).toMatchObject(wanted);
  });

  test('biases are on dense layers unless refused, on convolutions only when asked for', () => {
    const { parameters } = start()
      .conv('plain', 2, 3)
      .conv('biased', 2, 3, { bias: true })
      .depthwise('deep', 3, { bias: true })
      .dense('bare', 2, { bias: false })
      .dense('fc', 3)
      .build();
    expect(parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['plain.weight', 3, 3, 4, 2],
      ['biased.weight', 3, 3, 2, 2],
      ['biased.bias', 2],
      ['deep.weight', 3, 3, 2, 1],
      ['deep.bias', 2],
      ['bare.weight', 128, 2],
      ['fc.weight', 2, 3],
      ['fc.bias', 3],
    ]);
  });

  test('batch norm has four rows of numbers; pooling, activations, sums and dropout have none', () => {
    const network = start().batchNorm('bn');
    const trunk = network.cursor;
    network.maxPool('max', 2).averagePool('mean', 3, { stride: 1, padding: 1 }).dropout('drop', 0.5);
    for (const kind of ACTIVATIONS) network.activation(kind, kind);
    const { parameters } = network
      .shortcut('wide', 6, 1)
      .add('twice', network.cursor)
      .globalAveragePool('gates', { keepSpatial: true })
      .scale('scaled', 'twice')
      .dense('fc', 3)
      .build();
    expect(trunk).toBe('bn');
    expect(parameters.map(({ name, role, shape }) => [name, role, ...shape])).toEqual([
      ['bn.gamma', 'gamma', 4],
      ['bn.beta', 'beta', 4],
      ['bn.mean', 'mean', 4],
      ['bn.variance', 'variance', 4],
      ['fc.weight', 'kernel', 96, 3],
      ['fc.bias', 'bias', 3],
    ]);
  });
});

describe('the current node', () => {
  test('has channels, and rows and columns until it is flat', () => {
    const network = start([7, 9, 4]);
    const seen: unknown[] = [];
    const look = (): void => void seen.push([network.cursor, network.channels, network.spatial]);
    look();
    network.conv('conv', 6, 3, { stride: 2 });
    look();
    network.maxPool('pool', 3, { stride: 2, padding: 1 });
    look();
    network.shortcut('short', 9, 2);
    look();
    network.from('pool').averagePool('mean', 2);
    look();
    network.from('conv').flatten('flat');
    look();
    network.from('conv').globalAveragePool('squeeze', { keepSpatial: true });
    look();
    network.globalAveragePool('global');
    look();
    expect(seen).toEqual([
      ['input', 4, [7, 9]],
      ['conv', 6, [4, 5]],
      ['pool', 6, [2, 3]],
      ['short', 9, [1, 2]],
      ['mean', 6, [1, 1]],
      ['flat', 120, null],
      ['squeeze', 6, [1, 1]],
      ['global', 6, null],
    ]);
  });

  test('is where branches part and meet again', () => {
    const network = start();
    const trunk = network.conv('conv1', 4, 3).cursor;
    const branch = network.conv('conv2', 4, 3).cursor;
    network.from(trunk).conv('conv3', 4, 1).add('sum', branch, trunk);
    const features = network.cursor;
    const { nodes } = network
      .globalAveragePool('squeeze', { keepSpatial: true })
      .activation('gates', 'hard-sigmoid')
      .scale('excite', features)
      .shortcut('wide', 7, 2)
      .dense('fc', 3)
      .build();
    expect(nodes.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['input'],
      ['conv1', 'input'],
      ['conv2', 'conv1'],
      ['conv3', 'conv1'],
      ['sum', 'conv3', 'conv2', 'conv1'],
      ['squeeze', 'sum'],
      ['gates', 'squeeze'],
      ['excite', 'sum', 'gates'],
      ['wide', 'excite'],
      ['fc.flatten', 'wide'],
      ['fc', 'fc.flatten'],
    ]);
    expect(nodes.find(({ name }) => name === 'wide')).toMatchObject({ stride: 2, before: 1, after: 2 });
  });
});

describe('a description leaves out', () => {
  test('what is as it was before there was a choice', () => {
    const { nodes, layers } = start()
      .conv('conv', 4, 3, { dilation: 1, groups: 1 })
      .batchNorm('bn')
      .globalAveragePool('pool', { keepSpatial: false })
      .dense('fc', 3)
      .build();
    expect(Object.keys(nodes[1]!)).toEqual([
      'name',
      'operation',
      'inputs',
      'channels',
      'kernel',
      'bias',
      'stride',
      'padding',
    ]);
    expect(nodes[2]).not.toHaveProperty('momentum');
    expect(nodes[2]).toMatchObject({ epsilon: 1e-5 });
    expect(nodes[3]).not.toHaveProperty('keepSpatial');
    expect(layers[0]).not.toHaveProperty('groups');
  });

  test('… and nothing else', () => {
    const { nodes } = start()
      .conv('conv', 4, 3, { dilation: 2, groups: 2 })
      .batchNorm('bn', { epsilon: 1e-3, momentum: 0.01 })
      .globalAveragePool('pool', { keepSpatial: true })
      .dense('fc', 3)
      .build();
    expect(nodes[1]).toMatchObject({ dilation: 2, groups: 2, padding: 2 });
    expect(nodes[2]).toMatchObject({ epsilon: 1e-3, momentum: 0.01 });
    expect(nodes[3]).toMatchObject({ keepSpatial: true });
  });
});

describe('what cannot be is refused in a sentence', () => {
  test.each<[string, (network: NetworkBuilder) => unknown, RegExp]>([
    ['a kernel larger than the image', (n) => n.conv('c', 1, 9, { padding: 0 }), /window of c .*larger/],
    ['one that dilation makes so', (n) => n.conv('c', 1, 5, { dilation: 2, padding: 0 }), /9 wide/],
    ['a pool larger than the image', (n) => n.maxPool('p', 9), /window of p .*larger/],
    ['a pool with too much padding', (n) => n.maxPool('p', 3, { padding: 2 }), /padding of p .*half/],
    ['groups that do not divide the input', (n) => n.conv('c', 6, 3, { groups: 3 }), /3 groups/],
    ['groups that do not divide the output', (n) => n.conv('c', 5, 3, { groups: 2 }), /2 groups/],
    ['half a channel', (n) => n.conv('c', 1.5, 3), /channels of c/],
    ['no stride', (n) => n.conv('c', 1, 3, { stride: 0 }), /stride of c/],
    ['negative padding', (n) => n.conv('c', 1, 3, { padding: -1 }), /padding of c/],
    ['no units', (n) => n.dense('d', 0), /units of d/],
    ['a convolution behind a dense layer', (n) => n.dense('d', 4).conv('c', 1, 3), /c needs rows/],
    ['pooling behind a dense layer', (n) => n.dense('d', 4).averagePool('p', 2), /p needs rows/],
    ['flattening twice', (n) => n.flatten('f').flatten('g'), /g needs rows/],
    ['sums of different channels', (n) => n.conv('c', 5, 3).add('sum', 'input'), /8 × 8 × 5.*8 × 8 × 4/],
    ['sums of different sizes', (n) => n.maxPool('p', 2).add('sum', 'input'), /4 × 4 × 4.*8 × 8 × 4/],
    ['sums with what is not there', (n) => n.add('sum', 'later'), /no layer later/],
    ['branches from what is not there', (n) => n.from('later'), /no layer later/],
    ['gates with places', (n) => n.scale('s', 'input'), /gates must be 1 × 1 × 4/],
    ['flat gates', (n) => n.globalAveragePool('p').scale('s', 'input'), /gates must be 1 × 1 × 4/],
    ['a shortcut to fewer channels', (n) => n.shortcut('s', 3, 1), /only adds/],
    ['dropout of everything', (n) => n.dropout('d', 1), /rate of d/],
    ['an epsilon of 0', (n) => n.batchNorm('b', { epsilon: 0 }), /epsilon of b/],
    ['a momentum above 1', (n) => n.batchNorm('b', { momentum: 1.1 }), /momentum of b/],
    ['two layers of one name', (n) => n.relu('r').relu('r'), /named r/],
    ['two kernels of one name', (n) => n.conv('c', 4, 3).conv('c', 4, 3), /named c/],
    ['logits with places', (n) => n.conv('c', 3, 3).build(), /ends in 8 × 8 × 3/],
    ['more logits than classes', (n) => n.dense('fc', 4).build(), /ends in 4/],
    [
      'a branch that leads nowhere',
      (n) => n.conv('c', 4, 3).from('input').dense('fc', 3).build(),
      /Nothing reads the layer c/,
    ],
  ])('%s', (_, build, sentence) => {
    const attempt = (): unknown => build(start());
    expect(attempt).toThrow(CascadeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_STUDY' }));
    expect(attempt).toThrow(sentence);
  });
});

describe('the input channel that a weight reads', () => {
  /** By the definition of each kernel's axes, for every weight. */
  const read = (layer: PrunableLayer): number[] =>
    Array.from({ length: layer.weights }, (_, index) =>
      inputChannelOf(layer, Math.floor(index / layer.outputChannels), channelOf(layer, index)),
    );

  test('of a dense layer is its row', () => {
    expect(read(lastLayer(start([1, 1, 3]).dense('x', 2)))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('of a convolution runs through the inputs at every place', () => {
    const layer = lastLayer(start([4, 4, 2]).conv('x', 2, 2));
    expect(read(layer)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test('of groups is in the group of the output', () => {
    // Outputs 0 and 1 read channels 0 … 2, outputs 2 and 3 read 3 … 5.
    const layer = lastLayer(start([4, 4, 6]).conv('x', 4, 1, { groups: 2 }));
    expect(read(layer)).toEqual([0, 0, 3, 3, 1, 1, 4, 4, 2, 2, 5, 5]);
  });

  test('of a depthwise kernel is the channel that the output comes from', () => {
    const layer = lastLayer(start([4, 4, 2]).depthwise('x', 1, { multiplier: 3 }));
    expect(read(layer)).toEqual([0, 0, 0, 1, 1, 1]);
  });
});

test('sizes follow PyTorch’s formula, rounded down', () => {
  expect(convolvedSize([7, 8], [3, 3], { stride: 2, padding: 1 })).toEqual([4, 4]);
  expect(convolvedSize([7, 8], [2, 5], {})).toEqual([6, 4]);
  expect(convolvedSize([7, 8], [3, 3], { dilation: 3 })).toEqual([1, 2]);
  expect(sizeOf([])).toBe(1);
  expect(sizeOf([2, 3, 4])).toBe(24);
});
