import {
  inputChannelOf,
  sizeOf,
  type Activation,
  type NetworkDescription,
  type PrunableLayer,
} from '../../../common/network.ts';
import { integer, normals, uniforms, type Random } from '../../../main/trainer/random.ts';
import { NetworkBuilder } from '../../../main/trainer/network/builder.ts';
import { logitsOf, type Rounding } from './float64-network.ts';

/** Pixels of the test images. */
export const RANGE = { minimum: -0.5, maximum: 2 };
export type Values = Map<string, Float32Array>;

export const chance = (random: Random, share: number): boolean => uniforms(1, random)[0]! < share;
const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[integer(items.length, random)]!;

export interface Making {
  /** Activations to draw from; none makes a network that is linear but for its gates. */
  activations: readonly Activation[];
  /** Whether places may be skipped, by strides and pooling, or met by no image, as by a padded border. */
  skips: boolean;
}

/** A small network of random blocks: chains, residual adds, option-A shortcuts, squeeze-and-excite, groups, pooling. */
export function randomNetwork(random: Random, making: Making): NetworkDescription {
  const { skips } = making;
  const net = new NetworkBuilder('random', [6, 6, 1 + integer(2, random)], 3, RANGE);
  const blocks = 1 + integer(3, random);
  for (let block = 0; block < blocks; block++)
    oneOf(random, [chain, depthwise, grouped, residual, residual, excite, excite, ...(skips ? [pool] : [])])(
      net,
      `b${block}`,
      random,
      making,
    );
  if (skips && chance(random, 0.4)) net.flatten('flatten');
  else net.globalAveragePool('pool');
  if (chance(random, 0.5)) {
    net.dense('hidden', 1 + integer(5, random));
    activate(net, 'hidden-act', random, making);
  }
  if (chance(random, 0.2)) net.dropout('drop', 0.5);
  return net.dense('fc', 3).build();
}

type Block = (net: NetworkBuilder, name: string, random: Random, making: Making) => void;

function activate(net: NetworkBuilder, name: string, random: Random, { activations }: Making): void {
  if (activations.length > 0 && chance(random, 0.8)) net.activation(name, oneOf(random, activations));
}

function normalise(net: NetworkBuilder, name: string, random: Random, making: Making): void {
  if (chance(random, 0.7)) net.batchNorm(`${name}-bn`);
  activate(net, `${name}-act`, random, making);
}

const chain: Block = (net, name, random, making) => {
  const size = oneOf(random, [1, 3]);
  const dilation = making.skips && size === 3 && chance(random, 0.2) ? 2 : 1;
  const stride = making.skips && size === 3 && dilation === 1 ? 1 + integer(2, random) : 1;
  net.conv(name, 1 + integer(4, random), size, { stride, dilation, bias: chance(random, 0.3) });
  normalise(net, name, random, making);
};

const depthwise: Block = (net, name, random, making) => {
  const stride = making.skips ? 1 + integer(2, random) : 1;
  net.depthwise(name, 3, { stride, multiplier: 1 + integer(2, random), bias: chance(random, 0.3) });
  normalise(net, name, random, making);
};

const grouped: Block = (net, name, random, making) => {
  net.conv(`${name}-in`, 4, 1);
  const groups = oneOf(random, [2, 4]);
  net.conv(name, groups * (1 + integer(2, random)), 3, { groups, bias: chance(random, 0.3) });
  normalise(net, name, random, making);
};

const residual: Block = (net, name, random, making) => {
  const entry = net.cursor;
  const kind = oneOf(random, ['identity', 'projection', 'option A']);
  const stride = making.skips && kind !== 'identity' ? 1 + integer(2, random) : 1;
  const channels = net.channels + (kind === 'identity' ? 0 : integer(4, random));
  net.conv(`${name}-1`, 1 + integer(3, random), 3, { stride });
  normalise(net, `${name}-1`, random, making);
  net.conv(`${name}-2`, channels, oneOf(random, [1, 3]));
  if (chance(random, 0.7)) net.batchNorm(`${name}-2-bn`);
  const branch = net.cursor;
  net.from(entry);
  if (kind === 'option A') net.shortcut(`${name}-shortcut`, channels, stride);
  if (kind === 'projection') {
    net.conv(`${name}-projection`, channels, 1, { stride });
    if (chance(random, 0.7)) net.batchNorm(`${name}-projection-bn`);
  }
  const others: [string, ...string[]] = chance(random, 0.2) ? [branch, branch] : [branch];
  net.add(`${name}-add`, ...others);
  activate(net, `${name}-act`, random, making);
};

const excite: Block = (net, name, random, making) => {
  chain(net, name, random, making);
  const { cursor: features, channels } = net;
  net.globalAveragePool(`${name}-squeeze`, { keepSpatial: true });
  net.conv(`${name}-reduce`, 1 + integer(3, random), 1, { bias: true });
  activate(net, `${name}-reduce-act`, random, making);
  net.conv(`${name}-expand`, channels, 1, { bias: chance(random, 0.8) });
  if (making.activations.length > 0)
    net.activation(`${name}-gate`, oneOf(random, ['hard-sigmoid', 'hard-sigmoid', 'sigmoid', 'relu6']));
  net.scale(`${name}-scale`, features);
};

const pool: Block = (net, name, random) => {
  const [size, padding] = oneOf(random, [
    [2, 0],
    [2, 1],
    [3, 1],
  ]);
  if (Math.min(...net.spatial!) < size!) return;
  const options = { stride: 1 + integer(2, random), padding };
  if (chance(random, 0.5)) net.maxPool(name, size!, options);
  else net.averagePool(name, size!, options);
};

/** Random parameters with what makes weights inert: pruned weights and channels, dead γ, biases and β far off. */
export function randomValues(network: NetworkDescription, random: Random): Values {
  const sparsity = oneOf(random, [0, 0.3, 0.6, 0.9]);
  // No two far ones are the same, for they would cancel in an add.
  const shift = (x: number): number =>
    chance(random, 0.3) ? 0 : chance(random, 0.4) ? Math.sign(x) * 60 + x : x;
  const layers = new Map(network.layers.map((layer) => [layer.kernel, layer]));
  return new Map(
    network.parameters.map(({ name, role, shape }) => {
      const values = Float32Array.from(normals(sizeOf(shape), random));
      const change = (of: (value: number) => number): Float32Array => values.map(of);
      switch (role) {
        case 'kernel': {
          const layer = layers.get(name)!;
          const dead = (count: number): boolean[] =>
            Array.from({ length: count }, () => chance(random, 0.15));
          const [deadInputs, deadOutputs] = [dead(layer.inputChannels), dead(layer.outputChannels)];
          return [
            name,
            values.map((weight, index) => {
              const { from, to } = channelsOf(layer, index);
              return deadInputs[from] || deadOutputs[to] || chance(random, sparsity) ? 0 : weight;
            }),
          ];
        }
        case 'gamma':
          return [name, change((x) => (chance(random, 0.25) ? 0 : x))];
        case 'beta':
        case 'bias':
          return [name, change(shift)];
        case 'mean':
          return [name, change((x) => (chance(random, 0.3) ? 0 : x))];
        case 'variance':
          return [name, change((x) => x * x)];
      }
    }),
  );
}

/** Input and output channel of a weight. */
export function channelsOf(layer: PrunableLayer, index: number): { from: number; to: number } {
  const to = index % layer.outputChannels;
  return { to, from: inputChannelOf(layer, Math.floor(index / layer.outputChannels), to) };
}

/** Images of the least and the greatest pixel, and random ones, some of extremes alone. */
export function images(network: NetworkDescription, count: number, random: Random): Float32Array[] {
  const pixels = sizeOf(network.inputShape);
  const { minimum, maximum } = RANGE;
  return [
    new Float32Array(pixels).fill(minimum),
    new Float32Array(pixels).fill(maximum),
    ...Array.from({ length: count }, (_, number) =>
      uniforms(pixels, random).map((x) => minimum + (number % 2 ? x : Math.round(x)) * (maximum - minimum)),
    ),
  ];
}

/** Logits of all images, in which −0 and 0 are the same number. */
export function outputs(
  network: NetworkDescription,
  values: Values,
  inputs: readonly Float32Array[],
  round?: Rounding,
): number[] {
  return inputs.flatMap((pixels) => [...logitsOf(network, values, pixels, round)].map((x) => x + 0));
}
