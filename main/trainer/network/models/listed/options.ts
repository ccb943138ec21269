import * as z from 'zod';
import { ACTIVATIONS, BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from '../../../../../common/network.ts';
import { wording } from '../../../../../common/study/wording.ts';
import { dropoutOf } from '../options.ts';

/** The layers that a study may list for a network of its own. */

const count = (most: number) => z.int().min(1).max(most);

const named = {
  name: z
    .string()
    .max(80)
    .regex(/^[a-zA-Z][a-zA-Z0-9_.-]*$/)
    .register(wording, { allowed: 'a letter, and then letters, digits, dots, hyphens and underscores' })
    .nullable()
    .default(null)
    .describe('Name of the layer; unless given, its kind and its number among those of its list.'),
};
const channels = count(65_536).describe('Output channels.');
const size = count(64).default(3).describe('Rows and columns of the kernel.');
const stride = count(64).default(1).describe('Rows and columns from one place to the next.');
const bias = z.boolean().default(false).describe('Whether it has a bias: not before batch norm.');
const window = {
  stride,
  padding: z
    .int()
    .min(0)
    .max(64)
    .nullable()
    .default(null)
    .describe('Zeros on each side; unless given, as many as keep the size of odd kernels at stride 1.'),
  dilation: count(64).default(1).describe('Distance between the places that the kernel reads.'),
  bias,
};
const pooling = {
  size: count(64).default(2).describe('Rows and columns of the window.'),
  stride: count(64)
    .nullable()
    .default(null)
    .describe('Rows and columns from one window to the next; unless given, the size.'),
  padding: z.int().min(0).max(32).default(0).describe('Rows and columns added on each side.'),
};

const [relu, ...otherActivations] = ACTIVATIONS;
const activation = <Kind extends string>(kind: Kind) => z.strictObject({ layer: z.literal(kind), ...named });

const plainLayers = [
  z.strictObject({
    layer: z.literal('dense'),
    ...named,
    units: count(65_536)
      .nullable()
      .default(null)
      .describe('Outputs; unless given, as many as there are classes.'),
    bias: z.boolean().default(true).describe('Whether it has a bias.'),
  }),
  z.strictObject({
    layer: z.literal('conv'),
    ...named,
    channels,
    size,
    ...window,
    groups: count(65_536).default(1).describe('Parts of the channels that are convolved each on its own.'),
  }),
  z.strictObject({
    layer: z.literal('depthwise'),
    ...named,
    size,
    ...window,
    multiplier: count(256).default(1).describe('Kernels for each channel.'),
  }),
  z.strictObject({ layer: z.literal('separable'), ...named, channels, size, ...window }),
  z.strictObject({
    layer: z.literal('batch-norm'),
    ...named,
    epsilon: z
      .number()
      .positive()
      .max(1)
      .default(BATCH_NORM_EPSILON)
      .describe('What is added to the variance.'),
    momentum: z
      .number()
      .positive()
      .max(1)
      .default(BATCH_NORM_MOMENTUM)
      .describe('Share of the batch in the new running statistics.'),
  }),
  activation(relu),
  ...otherActivations.map(activation),
  z.strictObject({ layer: z.literal('max-pool'), ...named, ...pooling }),
  z.strictObject({ layer: z.literal('average-pool'), ...named, ...pooling }),
  z.strictObject({ layer: z.literal('global-average-pool'), ...named }),
  z.strictObject({ layer: z.literal('flatten'), ...named }),
  z.strictObject({ layer: z.literal('dropout'), ...named, rate: dropoutOf(0.5) }),
  z.strictObject({
    layer: z.literal('squeeze-excite'),
    ...named,
    reduction: count(1024)
      .default(4)
      .describe('How many times fewer channels there are between its two convolutions.'),
  }),
] as const;

type PlainLayer = z.output<(typeof plainLayers)[number]>;

/** Layers whose output is added to their input, or to what the shortcut makes of it. */
export interface ResidualLayer {
  layer: 'residual';
  name: string | null;
  layers: ListedLayer[];
  shortcut: 'identity' | 'projection' | 'zero-padding';
}

export type ListedLayer = PlainLayer | ResidualLayer;

const residual = z.strictObject({
  layer: z.literal('residual'),
  ...named,
  get layers() {
    return listedLayers.describe('Layers whose output is added to their input.');
  },
  shortcut: z
    .enum(['identity', 'projection', 'zero-padding'])
    .default('identity')
    .describe(
      'What is added: the input itself, a 1 × 1 convolution of it with batch norm, or it subsampled with zero channels.',
    ),
});

/** A layer is written as a mapping, or by its name alone where it needs nothing else: `relu`. */
const listedLayer: z.ZodType<ListedLayer> = z
  .preprocess(
    (value) => (typeof value === 'string' ? { layer: value } : value),
    z.discriminatedUnion('layer', [...plainLayers, residual]),
  )
  .meta({ id: 'layer', title: 'Layer' });

/** At most 1,000 in each list. */
export const listedLayers: z.ZodType<ListedLayer[]> = z.array(listedLayer).min(1).max(1000);
