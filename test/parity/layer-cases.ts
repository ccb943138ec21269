import { ACTIVATIONS, type Activation } from '../../common/network.ts';
import { NetworkBuilder } from '../../main/trainer/network/builder.ts';

/** A tiny network around one kind of layer; a dense layer at its end mixes every number that the layer makes. */
export interface LayerCase {
  name: string;
  image: [number, number, number];
  build: (network: NetworkBuilder) => NetworkBuilder;
  /** Values that the pixels are drawn from; any of −1 … 1 by default. */
  pixels?: readonly number[];
  training?: boolean;
}

export const CLASSES = 3;
export const BATCH = 2;

export function networkOf({ name, image, build }: LayerCase): ReturnType<NetworkBuilder['build']> {
  const network = new NetworkBuilder(name, image, CLASSES, { minimum: -8, maximum: 8 });
  return build(network).dense('fc', CLASSES).build();
}

type Side = [number, number];
const image = ([height, width]: Side, channels: number): LayerCase['image'] => [height, width, channels];

interface Geometry {
  size: number;
  sides: Side;
  options: { stride?: number; padding?: number; dilation?: number };
}

const geometries: Geometry[] = [
  { size: 1, sides: [4, 5], options: {} },
  { size: 1, sides: [6, 6], options: { stride: 2 } },
  { size: 1, sides: [7, 6], options: { stride: 3 } },
  { size: 1, sides: [5, 5], options: { stride: 2, padding: 1 } },
  { size: 1, sides: [1, 1], options: {} },
  { size: 2, sides: [6, 5], options: { stride: 2 } },
  { size: 2, sides: [5, 5], options: { padding: 1 } },
  { size: 3, sides: [6, 5], options: {} },
  { size: 3, sides: [6, 6], options: { stride: 2 } },
  { size: 3, sides: [7, 8], options: { stride: 2 } },
  { size: 3, sides: [7, 5], options: { stride: 3, padding: 0 } },
  { size: 3, sides: [6, 6], options: { stride: 2, padding: 2 } },
  { size: 3, sides: [1, 1], options: {} },
  { size: 3, sides: [7, 7], options: { dilation: 2 } },
  { size: 3, sides: [7, 8], options: { dilation: 2, stride: 2, padding: 1 } },
  { size: 3, sides: [6, 6], options: { dilation: 3 } },
  { size: 4, sides: [6, 6], options: { stride: 2, padding: 1 } },
  { size: 5, sides: [6, 6], options: { stride: 2 } },
  { size: 7, sides: [6, 6], options: { stride: 2 } },
];

const text = ({ size, sides, options }: Geometry): string =>
  [
    `${size} × ${size} on ${sides.join(' × ')}`,
    ...Object.entries(options).map((each) => each.join(' ')),
  ].join(', ');

const convolutions = geometries.flatMap((geometry): LayerCase[] => {
  const { size, sides, options } = geometry;
  return [
    {
      name: `conv ${text(geometry)}`,
      image: image(sides, 3),
      build: (network) => network.conv('layer', 4, size, options),
    },
    {
      name: `conv of 2 groups ${text(geometry)}`,
      image: image(sides, 4),
      build: (network) => network.conv('layer', 6, size, { ...options, groups: 2, bias: true }),
    },
    {
      name: `depthwise ${text(geometry)}`,
      image: image(sides, 3),
      build: (network) => network.depthwise('layer', size, { ...options, bias: true }),
    },
  ];
});

const pooled: [number, Side, { stride?: number; padding?: number }][] = [
  [2, [6, 4], {}],
  [2, [5, 7], {}],
  [3, [7, 7], { stride: 2 }],
  [3, [6, 8], { stride: 2, padding: 1 }],
  [3, [7, 6], { stride: 2, padding: 1 }],
  [3, [5, 5], { stride: 1, padding: 1 }],
  [3, [1, 1], { stride: 1, padding: 1 }],
  [1, [5, 4], { stride: 2 }],
];

const pools = pooled.flatMap(([size, sides, options]): LayerCase[] => {
  const geometry = text({ size, sides, options });
  return [
    {
      name: `max-pool ${geometry}`,
      image: image(sides, 3),
      build: (network) => network.maxPool('layer', size, options),
    },
    {
      // All below zero, so that a padding of zeros would win.
      name: `max-pool of negative and equal pixels ${geometry}`,
      image: image(sides, 3),
      pixels: [-3, -2, -1],
      build: (network) => network.maxPool('layer', size, options),
    },
    {
      name: `average-pool ${geometry}`,
      image: image(sides, 3),
      build: (network) => network.averagePool('layer', size, options),
    },
  ];
});

/** The kinks of every activation among them. */
const KINKS = [-7, -3.5, -3, -2.5, -1, -0.25, 0, 0.5, 1.5, 3, 3.25, 5, 6, 6.5];

const activations = ACTIVATIONS.map((kind: Activation): LayerCase => ({
  name: kind,
  image: [4, 4, 5],
  pixels: KINKS,
  build: (network) => network.activation('layer', kind),
}));

export const layerCases: readonly LayerCase[] = [
  ...convolutions,
  {
    name: 'depthwise of two kernels a channel',
    image: [6, 6, 3],
    build: (network) => network.depthwise('layer', 3, { stride: 2, multiplier: 2 }),
  },
  {
    name: 'conv with a group for each channel',
    image: [5, 5, 4],
    build: (network) => network.conv('layer', 8, 3, { groups: 4 }),
  },
  {
    name: 'conv 1 × 1 of 3 groups',
    image: [4, 4, 6],
    build: (network) => network.conv('layer', 3, 1, { groups: 3 }),
  },
  ...pools,
  ...activations,
  {
    name: 'dense without bias',
    image: [2, 3, 2],
    build: (network) => network.dense('layer', 5, { bias: false }),
  },
  { name: 'flatten', image: [3, 2, 2], build: (network) => network.flatten('layer') },
  {
    name: 'global-average-pool',
    image: [3, 5, 4],
    build: (network) => network.conv('conv', 4, 3).globalAveragePool('layer'),
  },
  {
    name: 'batch-norm in training',
    image: [3, 4, 4],
    build: (network) => network.batchNorm('layer'),
  },
  {
    name: 'batch-norm in training, of other constants',
    image: [3, 4, 4],
    build: (network) => network.batchNorm('layer', { epsilon: 0.5, momentum: 0.01 }),
  },
  {
    name: 'batch-norm behind a dense layer in training',
    image: [2, 2, 1],
    build: (network) => network.dense('hidden', 6, { bias: false }).batchNorm('layer').relu('relu'),
  },
  {
    name: 'batch-norm in evaluation',
    image: [3, 4, 4],
    training: false,
    build: (network) => network.batchNorm('layer'),
  },
  {
    name: 'batch-norm in evaluation, of other constants',
    image: [3, 4, 4],
    training: false,
    build: (network) => network.batchNorm('layer', { epsilon: 0.5, momentum: 0.01 }),
  },
  {
    name: 'dropout in evaluation',
    image: [3, 4, 2],
    training: false,
    build: (network) => network.dropout('layer', 0.5),
  },
  {
    name: 'add of an activation to itself and to a branch',
    image: [4, 4, 3],
    build(network) {
      const trunk = network.conv('a', 3, 3).cursor;
      const branch = network.conv('b', 3, 3).cursor;
      return network.conv('c', 3, 1).add('layer', trunk, branch, trunk);
    },
  },
  {
    name: 'residual block with a convolution on its shortcut',
    image: [6, 6, 3],
    build(network) {
      const start = network.cursor;
      const main = network
        .conv('conv1', 4, 3, { stride: 2 })
        .batchNorm('bn1')
        .relu('relu1')
        .conv('conv2', 4, 3).cursor;
      return network
        .from(start)
        .conv('down', 4, 1, { stride: 2 })
        .batchNorm('down-bn')
        .add('layer', main)
        .relu('out');
    },
  },
  ...(
    [
      [2, 3],
      [1, 2],
      [2, 0],
      [3, 1],
    ] as const
  ).map(([stride, more]): LayerCase => ({
    name: `shortcut of stride ${stride} with ${more} more channels`,
    image: [6, 7, 3],
    build: (network) => network.shortcut('layer', 3 + more, stride),
  })),
  {
    name: 'squeeze-and-excite',
    image: [4, 5, 4],
    build(network) {
      const features = network.conv('conv', 4, 3).activation('swish', 'hard-swish').cursor;
      return network
        .globalAveragePool('squeeze', { keepSpatial: true })
        .conv('fc1', 2, 1, { bias: true })
        .relu('relu')
        .conv('fc2', 4, 1, { bias: true })
        .activation('gates', 'hard-sigmoid')
        .scale('layer', features);
    },
  },
];
