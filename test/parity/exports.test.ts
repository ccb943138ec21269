import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maskTensors } from '../../main/codec/checkpoint-masks.ts';
import { checkpointToPyTorch, parametersFromPyTorch } from '../../main/codec/pytorch-layout.ts';
import { decodeSafetensors, encodeSafetensors } from '../../main/codec/safetensors.ts';
import { WEIGHT_FORMATS, type WeightFormat } from '../../common/codec/weight-formats.ts';
import { generator, uniforms } from '../../main/trainer/random.ts';
import { networkCases, stateDict } from './networks-cases.ts';

/**
 * Exported weights against PyTorch's own state dicts: the names, types and shapes that load_state_dict with strict=True
 * asks for, plain and after torch.nn.utils.prune. With CASCADE_PYTHON they are loaded there, and the logits compared.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'exports.json');
const STEPS = 17;

type Outline = Record<string, [dtype: string, shape: number[]]>;
let folder: string;
let expected: Record<string, Record<'plain' | 'prune', Outline>>;
let loaded: Record<string, number[][][]> | null = null;

const cases = networkCases.filter(({ name }) => ['lenet-5', 'resnet-20', 'layers'].includes(name));

/** A checkpoint with a third of the weights pruned. */
function checkpoint({ network }: (typeof cases)[number]): Uint8Array {
  const values = parametersFromPyTorch(network, stateDict(network));
  const tensors: Parameters<typeof encodeSafetensors>[0]['tensors'] = new Map();
  const random = generator(0, 'masks');
  const masks = new Map<string, Uint8Array>();
  for (const { name, kernel } of network.layers) {
    const mask = Uint8Array.from(uniforms(values.get(kernel)!.length, random), (u) => (u < 1 / 3 ? 0 : 1));
    masks.set(name, mask);
    values.get(kernel)!.forEach((value, index, kernelValues) => (kernelValues[index] = value * mask[index]!));
  }
  for (const { name, shape } of network.parameters)
    tensors.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(values.get(name)!.slice().buffer) });
  const packed = maskTensors(network.layers, masks);
  for (const [name, tensor] of packed.tensors) tensors.set(name, tensor);
  return encodeSafetensors({
    metadata: { ...packed.metadata, position: JSON.stringify({ step: STEPS }) },
    tensors,
  });
}

const files = new Map<string, Uint8Array<ArrayBuffer>>();
const fileOf = (name: string, format: WeightFormat) => files.get(`${name}.${format}.safetensors`)!;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-exports-'));
  for (const found of cases)
    for (const format of WEIGHT_FORMATS)
      files.set(
        `${found.name}.${format}.safetensors`,
        checkpointToPyTorch(found.network, checkpoint(found), format),
      );
  if (python) {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    execFileSync(python, [join(import.meta.dirname, 'exports_reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const written = join(folder, 'expected.json');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(written, golden);
    loaded = JSON.parse(readFileSync(join(folder, 'loaded.json'), 'utf8')) as typeof loaded;
  }
  expected = JSON.parse(readFileSync(golden, 'utf8')) as typeof expected;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TYPES: Readonly<Record<string, string>> = { F32: 'torch.float32', I64: 'torch.int64' };

describe.each(cases)('$name', ({ name, network }) => {
  test.each(['plain', 'prune'] as const)('exported as %s is what load_state_dict asks for', (format) => {
    const { tensors } = decodeSafetensors(fileOf(name, format));
    const outline = Object.fromEntries(
      [...tensors].map(([key, { dtype, shape }]) => [key, [TYPES[dtype], shape]]),
    );
    expect(outline).toEqual(expected[name]![format]);
  });

  test('counts the batches that batch norm has seen', () => {
    const counts = [...decodeSafetensors(fileOf(name, 'plain')).tensors]
      .filter(([key]) => key.endsWith('num_batches_tracked'))
      .map(([, { bytes }]) => new BigInt64Array(bytes.slice().buffer)[0]);
    expect(counts).toEqual(
      network.parameters.filter(({ role }) => role === 'variance').map(() => BigInt(STEPS)),
    );
  });

  test.runIf(python)('loads strictly in PyTorch, and answers the same in every format', () => {
    const [plain, prune, byHand] = loaded![name]!;
    expect(plain).toEqual(byHand);
    expect(prune).toEqual(byHand);
    expect(plain!.flat().every(Number.isFinite)).toBe(true);
  });
});
