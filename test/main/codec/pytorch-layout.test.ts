import { describe, expect, test } from 'vitest';
import {
  checkpointToPyTorch,
  parametersFromPyTorch,
  pyTorchName,
  pyTorchOrder,
} from '../../../main/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
  type SafetensorsTensor,
} from '../../../main/codec/safetensors.ts';
import { sizeOf, type NetworkDescription } from '../../../common/network.ts';
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

  test('grouped convolution: [height, width, in ÷ groups, out] becomes [out, in ÷ groups, height, width]', () => {
    const { shape, order } = pyTorchOrder({ kind: 'conv', shape: [1, 2, 2, 6] });
    expect(shape).toEqual([6, 2, 1, 2]);
    // Output 4 of place 1, reading the second channel of its group.
    expect(order[(4 * 2 + 1) * 2 + 1]).toBe((1 * 2 + 1) * 6 + 4);
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

describe('a checkpoint of a run that averages its weights', () => {
  const network = new NetworkBuilder('net', [2, 2, 2], 2, { minimum: 0, maximum: 1 })
    .conv('conv', 2, 1, { bias: true })
    .batchNorm('bn')
    .flatten('flatten')
    .dense('fc', 2)
    .build();
  const trained = network.parameters.filter(({ role }) => role !== 'mean' && role !== 'variance');
  /** Raw weights count up from 0, averages from 1000, statistics from 1. */
  const checkpoint = (): Uint8Array => {
    const tensors = new Map<string, SafetensorsTensor>();
    const add = (name: string, shape: number[], from: number): void => {
      const values = Float32Array.from({ length: sizeOf(shape) }, (_, index) => from + index);
      tensors.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) });
    };
    for (const parameter of network.parameters)
      add(parameter.name, parameter.shape, trained.includes(parameter) ? 0 : 1);
    for (const { name, shape } of trained) add(`optimizer/average/${name}`, shape, 1000);
    for (const { name, shape, weights } of network.layers)
      tensors.set(`mask/${name}`, { dtype: 'U8', shape, bytes: new Uint8Array(weights).fill(1) });
    return encodeSafetensors({ metadata: {}, tensors });
  };
  const exported = (format: 'default' | 'plain' | 'prune'): Map<string, number[]> =>
    new Map(
      [...decodeSafetensors(checkpointToPyTorch(network, checkpoint(), format)).tensors]
        .filter(([, { dtype }]) => dtype === 'F32')
        .map(([name, tensor]) => [name, [...float32Of(tensor)]]),
    );

  test('has what the run is evaluated with under the plain names, and what trains under its own', () => {
    const tensors = exported('default');
    // Output 0 reads our inputs place · 2 + channel, at index 2 · input.
    expect(tensors.get('fc.weight')!.slice(0, 3)).toEqual([1000, 1004, 1008]);
    expect(tensors.get('fc.weight_raw')!.slice(0, 3)).toEqual([0, 4, 8]);
    for (const { layer, role } of trained) {
      const name = `${layer}.${role === 'kernel' || role === 'gamma' ? 'weight' : 'bias'}`;
      expect(tensors.get(`${name}_raw`)).toEqual(tensors.get(name)!.map((value) => value - 1000));
    }
    expect(tensors.get('bn.running_mean')).toEqual([1, 2]);
    expect(tensors.has('bn.running_mean_raw')).toBe(false);
  });

  test('is loaded as what the run is evaluated with', () => {
    const parameters = parametersFromPyTorch(network, checkpointToPyTorch(network, checkpoint()));
    expect([...parameters.get('conv.bias')!]).toEqual([1000, 1001]);
    expect(parameters.get('fc.weight')![0]).toBe(1000);
  });

  test.each(['plain', 'prune'] as const)('%s: has the averages alone, for a strict loading', (format) => {
    const tensors = exported(format);
    expect([...tensors.keys()].filter((name) => name.endsWith('_raw'))).toEqual([]);
    expect(tensors.get(format === 'prune' ? 'fc.weight_orig' : 'fc.weight')![0]).toBe(1000);
    expect(tensors.get('bn.bias')).toEqual([1000, 1001]);
  });
});

describe('parameters from a state dict', () => {
  /** Every kind of kernel, and batch norm and dense layers behind a flattened activation. */
  const network = new NetworkBuilder('mixed', [5, 4, 3], 4, { minimum: 0, maximum: 1 })
    .conv('conv', 6, 3, { bias: true })
    .batchNorm('bn')
    .relu('relu')
    .conv('grouped', 4, 3, { groups: 2, stride: 2 })
    .depthwise('depthwise', 3, { multiplier: 2 })
    .conv('pointwise', 5, 1)
    .flatten('flatten')
    .batchNorm('flat-bn')
    .relu('flat-relu')
    .dropout('dropout', 0.5)
    .dense('fc1', 7)
    .dense('fc2', 4)
    .build();

  /** Parameters of bits without a pattern, NaN and infinities left out. */
  function checkpoint(): SafetensorsFile {
    const tensors = new Map<string, SafetensorsTensor>();
    let word = 1;
    for (const { name, role, shape } of network.parameters) {
      // Variances have no sign.
      const without = role === 'variance' ? 0x3f7fffff : 0xbf7fffff;
      const bits = Uint32Array.from(
        { length: sizeOf(shape) },
        () => (word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + 0x9e3779b9) & without,
      );
      tensors.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(bits.buffer) });
    }
    for (const { name, shape, weights } of network.layers)
      tensors.set(`mask/${name}`, { dtype: 'U8', shape, bytes: new Uint8Array(weights).fill(1) });
    return { metadata: {}, tensors };
  }
  const exported = (): SafetensorsFile =>
    decodeSafetensors(checkpointToPyTorch(network, encodeSafetensors(checkpoint())));
  const imported = (change: (file: SafetensorsFile) => void): Map<string, Float32Array> => {
    const file = exported();
    change(file);
    return parametersFromPyTorch(network, encodeSafetensors(file));
  };
  const f32 = (shape: number[], values: number[]): SafetensorsTensor => ({
    dtype: 'F32',
    shape,
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });

  test('are to the bit what was exported', () => {
    const parameters = imported(() => undefined);
    const { tensors } = checkpoint();
    expect([...parameters.keys()]).toEqual(network.parameters.map(({ name }) => name));
    for (const [name, values] of parameters) {
      const { buffer, byteOffset, byteLength } = values;
      expect(
        Buffer.compare(new Uint8Array(buffer, byteOffset, byteLength), tensors.get(name)!.bytes),
        name,
      ).toBe(0);
    }
  });

  test('batch norm behind a flattened activation runs channel by channel in PyTorch', () => {
    // 3 × 2 places of 5 channels. Ours: index = place · 5 + channel; theirs: channel · 6 + place.
    const [ours, theirs] = [checkpoint(), exported()].map(({ tensors }, side) =>
      float32Of(tensors.get(side === 0 ? 'flat-bn.gamma' : 'flat-bn.weight')!),
    );
    expect(theirs).toHaveLength(30);
    for (let channel = 0; channel < 5; channel++)
      for (let place = 0; place < 6; place++)
        expect(Object.is(theirs![channel * 6 + place], ours![place * 5 + channel])).toBe(true);
  });

  test('float64 is rounded; counts of batches and masks are not read', () => {
    const parameters = imported(({ tensors }) => {
      const bytes = new Uint8Array(Float64Array.of(0.1, 2, 3, 4).buffer);
      tensors.set('fc2.bias', { dtype: 'F64', shape: [4], bytes });
      tensors.set('bn.num_batches_tracked', { dtype: 'I64', shape: [], bytes: new Uint8Array(8) });
      expect(tensors.has('conv.weight_mask')).toBe(true);
    });
    expect([...parameters.get('fc2.bias')!]).toEqual([Math.fround(0.1), 2, 3, 4]);
  });

  /** A parameter as torch.nn.utils.prune keeps it, with nothing pruned. */
  const split = (tensors: SafetensorsFile['tensors'], name: string): void => {
    const tensor = tensors.get(name)!;
    tensors.delete(name);
    tensors.set(`${name}_orig`, tensor);
    tensors.set(
      `${name}_mask`,
      f32(
        tensor.shape,
        Array.from({ length: sizeOf(tensor.shape) }, () => 1),
      ),
    );
  };

  test('half precision is widened exactly', () => {
    const half = (dtype: 'F16' | 'BF16', bits: number[]): SafetensorsTensor => ({
      dtype,
      shape: [4],
      bytes: new Uint8Array(Uint16Array.from(bits).buffer),
    });
    const [f16, bf16] = [
      half('F16', [0x3555, 0x0001, 0xfbff, 0x8000]),
      half('BF16', [0x3eab, 0x0001, 0xff7f, 0x8000]),
    ].map((tensor) => imported(({ tensors }) => tensors.set('fc2.bias', tensor)).get('fc2.bias')!);
    // The values that NumPy gives these bits: a third, the least of all, the largest negative one, negative zero.
    expect([...f16!]).toEqual([0.333251953125, 2 ** -24, -65504, -0]);
    expect([...bf16!]).toEqual([0.333984375, 2 ** -133, -3.3895313892515355e38, -0]);
  });

  test.each(['module.', '_orig_mod.', 'module._orig_mod.', '_orig_mod.module.', 'module.module.'])(
    'behind the prefix %s are the same',
    (prefix) => {
      expect(
        imported((file) => {
          file.tensors = new Map([...file.tensors].map(([name, tensor]) => [prefix + name, tensor]));
          file.tensors.set('n_averaged', { dtype: 'I64', shape: [], bytes: new Uint8Array(8) });
        }),
      ).toEqual(imported(() => undefined));
    },
  );

  test('of a part that was compiled or run in parallel alone are the same', () => {
    const moved = imported(({ tensors }) => {
      for (const [from, to] of [
        ['conv.weight', 'conv._orig_mod.weight'],
        ['bn.bias', 'bn.module.bias'],
      ] as const) {
        tensors.set(to, tensors.get(from)!);
        tensors.delete(from);
      }
    });
    expect(moved).toEqual(imported(() => undefined));
  });

  test.each([
    ['module.fc2.bias', "has both 'fc2.bias' and 'module.fc2.bias', which are the same parameter"],
    ['fc2.bias_orig', "has 'fc2.bias_orig' without its mask, as torch.nn.utils.prune makes one"],
    ['fc2.\u001b[2Jbias', "has the name 'fc2.\\u{1b}[2Jbias', with control characters"],
  ])('are refused with %s besides', (name, what) => {
    expect(() => imported(({ tensors }) => tensors.set(name, tensors.get('fc2.bias')!))).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_UNUSABLE', message: `The file of weights ${what}.` }),
    );
  });

  test('that torch.nn.utils.prune has split are joined, in a wrapper too', () => {
    const values = imported(() => undefined).get('fc2.bias')!;
    const joined = imported(({ tensors }) => {
      split(tensors, 'fc2.bias');
      tensors.set('fc2.bias_mask', f32([4], [1, 0, 1, 0]));
      for (const part of ['orig', 'mask']) {
        tensors.set(`module.fc2.bias_${part}`, tensors.get(`fc2.bias_${part}`)!);
        tensors.delete(`fc2.bias_${part}`);
      }
    });
    expect([...joined.get('fc2.bias')!]).toEqual([values[0], 0, values[2], 0]);
  });

  test('come back from every format of the export', () => {
    const [plain, prune] = (['plain', 'prune'] as const).map((format) =>
      checkpointToPyTorch(network, encodeSafetensors(checkpoint()), format),
    );
    const whole = parametersFromPyTorch(network, encodeSafetensors(exported()));
    for (const bytes of [plain!, prune!]) expect(parametersFromPyTorch(network, bytes)).toEqual(whole);
    expect([...decodeSafetensors(plain!).tensors.keys()].filter((name) => /_mask|_orig/.test(name))).toEqual(
      [],
    );
  });

  test.each<[string, (file: SafetensorsFile) => void, string]>([
    ['a missing tensor', ({ tensors }) => tensors.delete('grouped.weight'), "it has no 'grouped.weight'."],
    [
      'several missing tensors',
      ({ tensors }) => ['fc1.bias', 'conv.weight', 'fc2.weight'].forEach((name) => tensors.delete(name)),
      "it has no 'conv.weight' and 2 more of the kind.",
    ],
    [
      'a tensor of another shape',
      ({ tensors }) => tensors.set('fc2.bias', f32([5], [1, 2, 3, 4, 5])),
      "'fc2.bias' is 5 where the network has 4.",
    ],
    [
      'our own layout of a kernel',
      ({ tensors }) =>
        tensors.set('depthwise.weight', { ...tensors.get('depthwise.weight')!, shape: [3, 3, 4, 2] }),
      "'depthwise.weight' is 3 × 3 × 4 × 2 where the network has 8 × 1 × 3 × 3.",
    ],
    [
      'a tensor of a larger network',
      ({ tensors }) => tensors.set('fc3.weight', f32([1, 1], [1])),
      "it has 'fc3.weight', which the network has not.",
    ],
    [
      'another head, in one sentence',
      ({ tensors }) => {
        tensors.delete('fc2.weight');
        tensors.set('fc2.bias', f32([2], [1, 2]));
        tensors.set('head.weight', f32([1], [1]));
      },
      "it has no 'fc2.weight'; 'fc2.bias' is 2 where the network has 4; it has 'head.weight', which the network has not.",
    ],
    [
      'whole numbers',
      ({ tensors }) => tensors.set('fc2.bias', { dtype: 'I16', shape: [4], bytes: new Uint8Array(8) }),
      "'fc2.bias' holds I16 where F32, F64, F16 or BF16 is needed: save it as .float() in PyTorch.",
    ],
    [
      'a value that is no number',
      ({ tensors }) => tensors.set('fc2.bias', f32([4], [1, NaN, 3, 4])),
      "'fc2.bias' holds values that are not finite numbers.",
    ],
    [
      'a value beyond float32',
      ({ tensors }) =>
        tensors.set('fc2.bias', {
          dtype: 'F64',
          shape: [4],
          bytes: new Uint8Array(Float64Array.of(1e39, 0, 0, 0).buffer),
        }),
      "'fc2.bias' holds values that are not finite numbers.",
    ],
    [
      'an infinity in half precision',
      ({ tensors }) =>
        tensors.set('fc2.bias', {
          dtype: 'F16',
          shape: [4],
          bytes: new Uint8Array(Uint16Array.of(0x7c00, 0, 0, 0).buffer),
        }),
      "'fc2.bias' holds values that are not finite numbers.",
    ],
    [
      'a negative variance',
      ({ tensors }) => tensors.set('bn.running_var', f32([6], [1, 1, -1e-9, 1, 1, 1])),
      "'bn.running_var' holds negative variances.",
    ],
    [
      'a mask that is none',
      ({ tensors }) => {
        split(tensors, 'fc2.bias');
        tensors.set('fc2.bias_mask', f32([4], [1, 0.5, 1, 1]));
      },
      "'fc2.bias_mask' holds other values than 0 and 1.",
    ],
    [
      'a mask of another shape',
      ({ tensors }) => {
        split(tensors, 'fc2.bias');
        tensors.set('fc2.bias_mask', f32([2, 2], [1, 1, 1, 1]));
      },
      "'fc2.bias_mask' is of another shape than 'fc2.bias_orig'.",
    ],
  ])('are refused with %s', (_, change, sentence) => {
    expect(() => imported(change)).toThrow(
      expect.objectContaining({
        code: 'WEIGHTS_UNUSABLE',
        message: `The weights do not fit the network mixed: ${sentence}`,
      }),
    );
  });
});
