import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { NetworkDescription } from '../../../../common/network.ts';
import { models } from '../../../../main/trainer/network/registry.ts';

/** The network of a list of layers, as it stands in a study file. */
function listed(text: string, imageShape: [number, number, number] = [16, 16, 3]): NetworkDescription {
  return models
    .open({ name: 'layers', layers: parse(text) as unknown })
    .describe({ imageShape, classes: 10, minimum: 0, maximum: 1 });
}

/** Name, operation and channels of each node. */
const outline = ({ nodes }: NetworkDescription): string[] =>
  nodes.map(({ name, operation, channels }) => `${name}: ${operation} ${channels}`);

describe('a network that a study lists', () => {
  test('has its layers in order, named by kind and number unless the study names them', () => {
    expect(
      outline(
        listed(`
          - {layer: conv, channels: 8}
          - batch-norm
          - relu
          - {layer: conv, channels: 6, size: 1, name: narrow}
          - hard-swish
          - {layer: conv, channels: 4, groups: 2, dilation: 2}
          - max-pool
          - {layer: dense, units: 20}
          - sigmoid
          - {layer: dropout, rate: 0.2}
          - dense
        `),
      ),
    ).toEqual([
      'input: input 3',
      'conv1: conv 8',
      'batch-norm1: batch-norm 8',
      'relu1: relu 8',
      'narrow: pointwise 6',
      'hard-swish1: hard-swish 6',
      'conv3: conv 4',
      'max-pool1: max-pool 4',
      'dense1.flatten: flatten 256',
      'dense1: dense 20',
      'sigmoid1: sigmoid 20',
      'dropout1: dropout 20',
      'dense2: dense 10',
    ]);
  });

  test('has residual blocks, one in another', () => {
    const network = listed(`
      - layer: residual
        shortcut: projection
        layers:
          - {layer: conv, channels: 8, stride: 2}
          - layer: residual
            layers: [{layer: depthwise}, relu]
          - batch-norm
      - layer: residual
        name: wider
        shortcut: zero-padding
        layers: [{layer: separable, channels: 12, stride: 2}]
      - global-average-pool
      - dense
    `);
    expect(outline(network)).toEqual([
      'input: input 3',
      'residual1.conv1: conv 8',
      'residual1.residual1.depthwise1: depthwise 8',
      'residual1.residual1.relu1: relu 8',
      'residual1.residual1.add: add 8',
      'residual1.batch-norm1: batch-norm 8',
      'residual1.shortcut.conv: pointwise 8',
      'residual1.shortcut.norm: batch-norm 8',
      'residual1.add: add 8',
      'wider.separable1.depthwise: depthwise 8',
      'wider.separable1.pointwise: pointwise 12',
      'wider.shortcut: shortcut 12',
      'wider.add: add 12',
      'global-average-pool1: global-average-pool 12',
      'dense1: dense 10',
    ]);
    const node = (name: string) => network.nodes.find((each) => each.name === name);
    expect(node('residual1.shortcut.conv')).toMatchObject({ inputs: ['input'], stride: 2 });
    expect(node('wider.shortcut')).toMatchObject({
      inputs: ['residual1.add'],
      stride: 2,
      before: 2,
      after: 2,
    });
    expect(node('residual1.residual1.add')!.inputs.toSorted()).toEqual(
      ['residual1.conv1', 'residual1.residual1.relu1'].toSorted(),
    );
  });

  test('may end without a dense layer, where there is one number for each class', () => {
    const network = listed('[{layer: conv, channels: 10}, global-average-pool]');
    expect(network.layers).toHaveLength(1);
  });

  test('may be a bottleneck of squeeze-and-excite with few channels', () => {
    const network = listed('[{layer: conv, channels: 3}, {layer: squeeze-excite, reduction: 16}, dense]');
    expect(network.layers.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['conv1', 3, 3, 3, 3],
      ['squeeze-excite1.fc1', 1, 1, 3, 1],
      ['squeeze-excite1.fc2', 1, 1, 1, 3],
      ['dense1', 768, 10],
    ]);
  });

  test.each<[string, string, (string | number)[], RegExp]>([
    [
      'a window larger than its input',
      '[max-pool, {layer: conv, channels: 4, size: 11, padding: 0}, dense]',
      [1],
      /conv1 .*larger/,
    ],
    [
      'a convolution of what is flat',
      '[dense, {layer: conv, channels: 4}]',
      [1],
      /conv1 needs rows and columns/,
    ],
    [
      'groups that do not divide',
      '[{layer: conv, channels: 4, groups: 2}, dense]',
      [0],
      /cannot part 3 input/,
    ],
    [
      'one name twice',
      '[{layer: relu, name: a}, {layer: relu, name: a}, dense]',
      [1],
      /Two layers are named a/,
    ],
    ['the name of the input', '[{layer: relu, name: input}, dense]', [0], /Two layers are named input/],
    [
      'an identity between unlike ends',
      '[relu, {layer: residual, layers: [{layer: conv, channels: 4}]}, dense]',
      [1],
      /residual1\.add cannot add/,
    ],
    [
      'a mistake in a residual block',
      '[{layer: residual, layers: [relu, {layer: conv, channels: 3, size: 64, padding: 0}]}, dense]',
      [0, 'layers', 1],
      /residual1\.conv1/,
    ],
    [
      'a projection of what was flattened',
      '[{layer: residual, shortcut: projection, layers: [flatten, {layer: dense, units: 3}]}, dense]',
      [0, 'shortcut'],
      /no stride .* from 16 × 16 places to a flat activation/,
    ],
    [
      'a shortcut to fewer channels without a projection',
      '[{layer: residual, shortcut: zero-padding, layers: [{layer: conv, channels: 1}]}, dense]',
      [0],
      /only adds some/,
    ],
    [
      'an end that is not the classes',
      '[relu, {layer: dense, units: 3}]',
      [1],
      /ends with 3 channels, and there are 10 classes/,
    ],
    ['an end in space', '[{layer: conv, channels: 10}]', [0], /ends with 16 × 16 places of 10 channels/],
  ])('is refused at its place with %s', (_, text, place, message) => {
    expect(() => listed(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_STUDY',
        key: ['layers', ...place],
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  test.each([
    ['an unknown layer', '[relu, rellu]', ['layers', 1, 'layer']],
    ['a layer by name that needs more', '[conv]', ['layers', 0, 'channels']],
    [
      'an unknown option in a block',
      '[{layer: residual, layers: [{layer: relu, slope: 1}]}]',
      ['layers', 0, 'layers', 0],
    ],
    ['an empty list', '[]', ['layers']],
    ['a name with spaces', '[{layer: relu, name: a b}]', ['layers', 0, 'name']],
  ])('%s is against the schema', (_, text, path) => {
    const { error } = models
      .find('layers')
      .options.safeParse({ name: 'layers', layers: parse(text) as unknown });
    expect(error!.issues.map((issue) => issue.path)).toContainEqual(path);
  });
});
