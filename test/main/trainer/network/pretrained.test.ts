import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parametersFromPyTorch } from '../../../../main/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsTensor,
} from '../../../../main/codec/safetensors.ts';
import { completeSpecification, type NamedOptions } from '../../../../common/run-specification.ts';
import { canonicalSpecification } from '../../../../main/studies/language/index.ts';
import { runIdentity } from '../../../../main/runs/run-identity.ts';
import { components } from '../../../../main/trainer/components.ts';
import { initialParameters } from '../../../../main/trainer/network/initialization.ts';
import {
  pinWeights,
  startingParameters,
  weightsRefusal,
} from '../../../../main/trainer/network/pretrained.ts';
import { models } from '../../../../main/trainer/network/registry.ts';
import { stateDict } from '../../../parity/networks-cases.ts';

const describeModel = (name: string, classes = 10) =>
  models.open({ name }).describe({ imageShape: [16, 16, 3], classes, minimum: 0, maximum: 1 });
const network = describeModel('resnet-20');
const bytes = stateDict(network);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let folder: string;
let path: string;
let model: NamedOptions;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-weights-'));
  path = join(folder, 'resnet-20.safetensors');
  writeFileSync(path, bytes);
  model = { name: 'resnet-20', weights: path };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run starts', () => {
  test('from initial values where no file is named', () => {
    for (const options of [{ name: 'resnet-20' }, { name: 'resnet-20', weights: null }])
      expect(startingParameters(options, network, 3)).toEqual(initialParameters(network, 3));
  });

  test('from the file that is named, whatever the seed', () => {
    const wanted = parametersFromPyTorch(network, bytes);
    expect(startingParameters(model, network, 3)).toEqual(wanted);
    expect(startingParameters({ ...model, weightsSha256: sha256 }, network, 4)).toEqual(wanted);
  });

  test('not from a file that changed, is missing, damaged, or of another network', () => {
    const start =
      (options: NamedOptions, of = network) =>
      () =>
        startingParameters(options, of, 3);
    expect(start({ ...model, weightsSha256: '0'.repeat(64) })).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_CHANGED' }),
    );
    expect(start({ ...model, weights: join(folder, 'none') })).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_UNREADABLE' }),
    );
    const damaged = join(folder, 'damaged.safetensors');
    writeFileSync(damaged, bytes.subarray(0, 1000));
    expect(start({ ...model, weights: damaged })).toThrow(
      expect.objectContaining({ code: 'BAD_SAFETENSORS' }),
    );
    expect(start(model, describeModel('resnet-20', 100))).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_UNUSABLE' }),
    );
  });
});

describe('a study', () => {
  test('is refused with the reason where the file does not fit', () => {
    expect(weightsRefusal(model, network)).toBeNull();
    expect(weightsRefusal({ name: 'resnet-20' }, network)).toBeNull();
    expect(weightsRefusal({ ...model, weightsSha256: sha256 }, network)).toBeNull();
    expect(weightsRefusal(model, describeModel('resnet-20', 100))).toBe(
      "the weights do not fit the network: 'fc.weight' is 10 × 64 where the network has 100 × 64 and 1 more of the kind",
    );
    expect(weightsRefusal(model, describeModel('resnet-32'))).toMatch(
      /it has no 'layer1.3.conv1.weight' and \d+ more/,
    );
    expect(weightsRefusal({ ...model, weights: join(folder, 'none') }, network)).toMatch(/cannot be read/);
    expect(weightsRefusal({ ...model, weightsSha256: '0'.repeat(64) }, network)).toMatch(/is not the one/);
    expect(weightsRefusal({ name: 'resnet-20', weightsSha256: sha256 }, network)).toMatch(/no file/);
  });

  test('is refused with the tensor’s name where no run can start from it, and takes half precision', () => {
    const changed = (change: (tensors: Map<string, SafetensorsTensor>) => void): NamedOptions => {
      const file = decodeSafetensors(bytes);
      change(file.tensors);
      const at = join(folder, 'changed.safetensors');
      writeFileSync(at, encodeSafetensors(file));
      return { ...model, weights: at };
    };
    const float = (name: string, value: number) => (tensors: Map<string, SafetensorsTensor>) => {
      const values = float32Of(tensors.get(name)!);
      values[0] = value;
      tensors.set(name, { ...tensors.get(name)!, bytes: new Uint8Array(values.buffer) });
    };
    for (const [name, value, what] of [
      ['layer1.0.conv1.weight', NaN, 'holds values that are not finite numbers'],
      ['fc.bias', -Infinity, 'holds values that are not finite numbers'],
      ['bn1.running_var', -1, 'holds negative variances'],
    ] as const)
      expect(weightsRefusal(changed(float(name, value)), network)).toBe(
        `the weights do not fit the network: '${name}' ${what}`,
      );
    const half = changed((tensors) => {
      for (const [name, tensor] of tensors)
        if (tensor.dtype === 'F32')
          tensors.set(name, { ...tensor, dtype: 'F16', bytes: new Uint8Array(tensor.bytes.length / 2) });
    });
    expect(weightsRefusal(half, network)).toBeNull();
  });

  test.runIf(process.platform === 'linux')('waits for no pipe, and reads no device', () => {
    const pipe = join(folder, 'pipe.safetensors');
    execFileSync('mkfifo', [pipe]);
    const sparse = join(folder, 'sparse.safetensors');
    writeFileSync(sparse, '');
    truncateSync(sparse, 2 ** 33);
    for (const [weights, what] of [
      [pipe, /it is not a file but a pipe/],
      ['/dev/zero', /it is not a file but a device/],
      [folder, /it is not a file but a folder/],
      [sparse, /it has 8589934592 bytes, more than the 4294967296 that are read/],
      ['/proc/self/environ', /shorter than its header’s length/],
    ] as const)
      expect(weightsRefusal({ ...model, weights }, network), weights).toMatch(what);
  });

  test('pins the content of the file, and sees when it changes', () => {
    expect(pinWeights({ name: 'resnet-20' })).toEqual({ name: 'resnet-20' });
    expect(pinWeights(model)).toEqual({ ...model, weightsSha256: sha256 });
    const other = join(folder, 'other.safetensors');
    writeFileSync(other, bytes);
    const before = pinWeights({ ...model, weights: other });
    writeFileSync(other, stateDict(describeModel('resnet-32')));
    const after = pinWeights({ ...model, weights: other });
    expect(before['weightsSha256']).toBe(sha256);
    expect(after['weightsSha256']).not.toBe(sha256);
    const idOf = (pinned: NamedOptions): string => {
      const specification = completeSpecification({
        dataset: { name: 'mnist' },
        model: pinned,
        batchSize: 64,
        epochs: 1,
        optimizer: { name: 'sgd' },
        learningRate: { name: 'constant', rate: 0.1 },
        pruning: null,
        retraining: { name: 'none' },
        thresholds: [],
        referenceEpoch: 0,
      });
      return runIdentity(canonicalSpecification(specification, components), 0).id;
    };
    expect(idOf(before)).not.toBe(idOf(after));
    expect(() => startingParameters(before, network, 0)).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_CHANGED' }),
    );
  });
});
