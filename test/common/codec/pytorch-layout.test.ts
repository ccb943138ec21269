import { describe, expect, test } from 'vitest';
import { checkpointToPyTorch, pyTorchName, pyTorchOrder } from '../../../common/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsTensor,
} from '../../../common/codec/safetensors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import { NetworkBuilder } from '../../../main/trainer/network/builder.ts';

describe('a kernel’s elements in PyTorch’s order', () => {
  test('dense: [in, out] becomes [out, in]', () => {
    const { shape, order } = pyTorchOrder({ kind: 'dense', shape: [2, 3] });
    expect(shape).toEqual([3, 2]);
    // Ours: in 0: 0 1 2, in 1: 3 4 5.
    expect([...order]).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('dense behind a flattened activation: place by place becomes channel by channel', () => {
    // 3 places of 2 channels, 1 output; ours: p0c0 p0c1 p1c0 p1c1 p2c0 p2c1.
    const { order } = pyTorchOrder({ kind: 'dense', shape: [6, 1] }, 3);
    expect([...order]).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test('convolution: [height, width, in, out] becomes [out, in, height, width]', () => {
    const shape = [2, 3, 4, 5];
    const { shape: theirs, order } = pyTorchOrder({ kind: 'conv', shape });
    expect(theirs).toEqual([5, 4, 2, 3]);
    let position = 0;
    for (let out = 0; out < 5; out++)
      for (let from = 0; from < 4; from++)
        for (let y = 0; y < 2; y++)
          for (let x = 0; x < 3; x++) expect(order[position++]).toBe(((y * 3 + x) * 4 + from) * 5 + out);
  });

  test('depthwise: [height, width, in, multiplier] becomes [in · multiplier, 1, height, width]', () => {
    const { shape, order } = pyTorchOrder({ kind: 'depthwise', shape: [2, 2, 3, 2] });
    expect(shape).toEqual([6, 1, 2, 2]);
    let position = 0;
    for (let from = 0; from < 3; from++)
      for (let multiple = 0; multiple < 2; multiple++)
        for (let place = 0; place < 4; place++)
          expect(order[position++]).toBe((place * 3 + from) * 2 + multiple);
  });
});

test('names are torch.nn’s', () => {
  const names = (['kernel', 'bias', 'gamma', 'beta', 'mean', 'variance'] as const).map((role) =>
    pyTorchName({ layer: 'bn1', role }),
  );
  expect(names).toEqual([
    'bn1.weight',
    'bn1.bias',
    'bn1.weight',
    'bn1.bias',
    'bn1.running_mean',
    'bn1.running_var',
  ]);
});

describe('an exported checkpoint', () => {
  const network: NetworkDescription = new NetworkBuilder('net', [4, 4, 1], 2, { minimum: 0, maximum: 1 })
    .conv('conv', 2, 3, { stride: 2 })
    .batchNorm('bn')
    .relu('relu')
    .dense('fc', 2)
    .build();

  /** Every element its own index, so that each can be found again; every third weight pruned. */
  function checkpoint(): Uint8Array {
    const tensors = new Map<string, SafetensorsTensor>();
    for (const { name, shape } of network.parameters) {
      const size = shape.reduce((product, length) => product * length, 1);
      const bytes = new Uint8Array(Float32Array.from({ length: size }, (_, index) => index).buffer);
      tensors.set(name, { dtype: 'F32', shape, bytes });
      tensors.set(`optimizer/momentum/${name}`, { dtype: 'F32', shape, bytes });
    }
    for (const { name, shape, weights } of network.layers)
      tensors.set(`mask/${name}`, {
        dtype: 'U8',
        shape,
        bytes: Uint8Array.from({ length: weights }, (_, index) => (index % 3 ? 1 : 0)),
      });
    return encodeSafetensors({ metadata: { format: 'cascade-lab checkpoint 1', network: 'net' }, tensors });
  }

  const { metadata, tensors } = decodeSafetensors(checkpointToPyTorch(network, checkpoint()));

  test('has PyTorch’s names, and nothing of the optimizer', () => {
    expect([...tensors.keys()].sort()).toEqual([
      'bn.bias',
      'bn.running_mean',
      'bn.running_var',
      'bn.weight',
      'conv.weight',
      'conv.weight_mask',
      'fc.bias',
      'fc.weight',
      'fc.weight_mask',
    ]);
    expect(metadata).toMatchObject({ format: 'pt', network: 'net' });
  });

  test('has each mask as a boolean tensor in the order of its weights', () => {
    for (const layer of ['conv', 'fc']) {
      const [weights, mask] = [tensors.get(`${layer}.weight`)!, tensors.get(`${layer}.weight_mask`)!];
      expect(mask).toMatchObject({ dtype: 'BOOL', shape: weights.shape });
      expect([...mask.bytes]).toEqual([...float32Of(weights)].map((index) => (index % 3 ? 1 : 0)));
    }
  });

  test('has the dense layer read the flattened activation as torch.flatten lays it', () => {
    expect(tensors.get('fc.weight')!.shape).toEqual([2, 8]);
    // Output 0 reads our inputs (place · 2 + channel), at index 2 · input: first channel 0 of the four places.
    expect([...float32Of(tensors.get('fc.weight')!)].slice(0, 8)).toEqual([0, 4, 8, 12, 2, 6, 10, 14]);
  });

  test('keeps what is not a kernel as it is', () => {
    expect([...float32Of(tensors.get('bn.running_var')!)]).toEqual([0, 1]);
    expect([...float32Of(tensors.get('fc.bias')!)]).toEqual([0, 1]);
  });
});
