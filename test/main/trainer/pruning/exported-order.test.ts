import { describe, expect, test } from 'vitest';
import { pyTorchTensors } from '../../../../main/codec/pytorch-layout.ts';
import { sizeOf, type NetworkDescription } from '../../../../common/network.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { prune } from '../../../../main/trainer/pruning/prune.ts';
import { layer, layersOf, moment, network, pruning } from './layers.ts';

/** Groups of neighbouring inputs are groups of the exported file: what is behind a flatten has another order there. */

/** 6 × 6 places of 3 channels, flattened, with what hands the order on between flatten and dense layer. */
const flattened = network(
  (builder) =>
    builder
      .conv('conv', 3, 3)
      .relu('relu')
      .flatten('flatten')
      .batchNorm('flat-bn')
      .dropout('dropout', 0.5)
      .dense('fc1', 8)
      .relu('fc1-relu')
      .dense('fc2', 10),
  [6, 6, 4],
);

function masksOf(names: string[], granularity: NamedOptions, criterion = 'magnitude') {
  const specification = pruning({ granularity, criterion, layers: { names } });
  return prune(specification, layersOf(flattened), moment(0.5, { network: flattened })).masks;
}

/** A mask as the exported file has it, [out, …]. */
function exported(
  net: NetworkDescription,
  name: string,
  mask: Uint8Array,
): { shape: number[]; values: number[] } {
  for (const [parameter, theirs] of pyTorchTensors(net))
    if (parameter.layer === name && parameter.role === 'kernel')
      return { shape: theirs.shape, values: Array.from(theirs.order()!, (ours) => mask[ours]!) };
  throw new Error(`No kernel of ${name}.`);
}

describe('N:M', () => {
  test.each([
    ['magnitude', 2, 4],
    ['random', 1, 2],
    ['magnitude', 6, 12],
  ])('by %s, %i:%i, holds in the exported file', (criterion, keep, of) => {
    // A group of twelve does not divide the eight inputs of fc2.
    const names = of === 12 ? ['fc1'] : ['fc1', 'fc2'];
    const masks = masksOf(names, { name: 'n-m', keep, of }, criterion);
    for (const name of names) {
      const { values } = exported(flattened, name, masks.get(name)!);
      for (let start = 0; start < values.length; start += of)
        expect(values.slice(start, start + of).reduce((sum, bit) => sum + bit, 0)).toBe(keep);
    }
  });

  test('the largest of each group stay, those of one channel at neighbouring places', () => {
    // 1 × 4 places of 2 channels, every output alike; ours place by place: p0c0 p0c1 p1c0 …
    const net = network((builder) => builder.flatten('flatten').dense('fc', 10), [1, 4, 2]);
    const weights = [1, 10, 2, 20, 3, 30, 4, 40].flatMap((weight) => new Array<number>(10).fill(weight));
    const { masks } = prune(
      pruning({ granularity: { name: 'n-m', keep: 2, of: 4 } }),
      [layer('fc', 'dense', [8, 10], weights)],
      moment(0.5, { network: net }),
    );
    for (let output = 0; output < 10; output++)
      expect([...masks.get('fc')!].filter((_, index) => index % 10 === output)).toEqual([
        0, 0, 0, 0, 1, 1, 1, 1,
      ]);
  });
});

test('blocks are whole or gone in the exported file', () => {
  const masks = masksOf(['conv', 'fc1', 'fc2'], { name: 'block', rows: 4, columns: 2 });
  const { shape, values } = exported(flattened, 'fc1', masks.get('fc1')!);
  const [outputs, inputs] = shape as [number, number];
  let gone = 0;
  for (let output = 0; output < outputs; output += 2)
    for (let input = 0; input < inputs; input += 4) {
      const block = [0, 1].flatMap((o) =>
        values.slice((output + o) * inputs + input, (output + o) * inputs + input + 4),
      );
      expect(new Set(block).size).toBe(1);
      gone += 1 - block[0]!;
    }
  expect(gone).toBeGreaterThan(20);
});

test.each<NamedOptions>([
  { name: 'n-m', keep: 2, of: 4 },
  { name: 'block', rows: 3, columns: 2 },
])('layers without a flatten before them are as they were: $name', (granularity) => {
  const pooled = network(
    (builder) =>
      builder.conv('conv', 8, 3).globalAveragePool('pool').dense('fc1', 8).relu('relu').dense('fc2', 10),
    [6, 6, 4],
  );
  const specification = pruning({ granularity });
  const layers = layersOf(pooled);
  const known = prune(specification, layers, moment(0.5, { network: pooled })).masks;
  const alone = prune(specification, layers, moment(0.5)).masks;
  for (const { name, shape } of layers) {
    expect(known.get(name)).toHaveLength(sizeOf(shape));
    expect(Buffer.compare(known.get(name)!, alone.get(name)!)).toBe(0);
  }
});

test.each(['weight', 'kernel', 'filter'])('single units have no neighbours: %s', (name) => {
  const specification = pruning({ granularity: { name } });
  const layers = layersOf(flattened);
  const known = prune(specification, layers, moment(0.5, { network: flattened })).masks;
  const alone = prune(specification, layers, moment(0.5)).masks;
  for (const [layer, mask] of alone) expect(Buffer.compare(known.get(layer)!, mask)).toBe(0);
});
