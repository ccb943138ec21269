import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
  type SafetensorsTensor,
} from '../../main/codec/safetensors.ts';
import { sizeOf, type NetworkDescription } from '../../common/network.ts';
import { forward } from '../../main/trainer/network/forward.ts';
import {
  openEngine,
  type Engine,
  type Precision,
  type Tensor,
} from '../../main/trainer/tensorflow/engine.ts';
import { numbers } from '../main/trainer/tensorflow/small-training.ts';
import { BATCH, CLASSES, layerCases, networkOf, type LayerCase } from './layer-cases.ts';

/**
 * Every kind of layer against PyTorch in float64: its output, the gradient in its input and in its parameters, and the
 * running statistics after it. CASCADE_PYTHON names a Python with PyTorch; without one, a golden file that
 * layers_reference.py made stands in. CASCADE_PARITY_GOLDEN=write makes it anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'layers.safetensors');

const isStatistic = (role: string): boolean => role === 'mean' || role === 'variance';

/** What both sides are given, exact in float32: images, what the logits are weighted with, and every parameter. */
function given(
  layerCase: LayerCase,
  network: NetworkDescription,
): Map<string, { shape: number[]; values: Float32Array }> {
  const shape = [BATCH, ...layerCase.image];
  const drawn = numbers(sizeOf(shape), 1);
  const { pixels } = layerCase;
  const images = pixels
    ? drawn.map((value) => pixels[Math.floor(((value + 1) / 2) * pixels.length)]!)
    : drawn;
  return new Map([
    ['images', { shape, values: Float32Array.from(images) }],
    ['objective', { shape: [BATCH, CLASSES], values: Float32Array.from(numbers(BATCH * CLASSES, 2)) }],
    ...network.parameters.map(({ name, role, shape }, index) => {
      const values = numbers(sizeOf(shape), index + 3);
      const positive = role === 'variance' || role === 'gamma';
      return [
        name,
        { shape, values: Float32Array.from(values, (value) => (positive ? value + 1.5 : value)) },
      ] as const;
    }),
  ]);
}

const cases = layerCases.map((layerCase) => {
  const network = networkOf(layerCase);
  return { ...layerCase, network, given: given(layerCase, network) };
});
type Case = (typeof cases)[number];

let references: SafetensorsFile;

beforeAll(() => {
  console.log(python ? `Layers: against live PyTorch (${python}).` : 'Layers: against the golden file.');
  if (!python) {
    if (!existsSync(golden)) throw new Error(`There is neither CASCADE_PYTHON nor ${golden}.`);
    references = decodeSafetensors(readFileSync(golden));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cascade-layers-'));
  try {
    const tensors = new Map<string, SafetensorsTensor>(
      cases.flatMap(({ name, given }) =>
        [...given].map(
          ([tensor, { shape, values }]) =>
            [
              `${name}/${tensor}`,
              { dtype: 'F32' as const, shape, bytes: new Uint8Array(values.buffer) },
            ] as const,
        ),
      ),
    );
    writeFileSync(join(folder, 'tensors.safetensors'), encodeSafetensors({ metadata: {}, tensors }));
    writeFileSync(
      join(folder, 'cases.json'),
      JSON.stringify(cases.map(({ name, network, training = true }) => ({ name, network, training }))),
    );
    execFileSync(python, [join(import.meta.dirname, 'layers_reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const result = join(folder, 'result.safetensors');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, golden);
    references = decodeSafetensors(readFileSync(result));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

/** The names of what a case results in, in the order of `compute`. */
function outcomes({ network: { parameters } }: Case): string[] {
  const named = (prefix: string, statistic: boolean): string[] =>
    parameters.filter(({ role }) => isStatistic(role) === statistic).map(({ name }) => `${prefix}/${name}`);
  return ['logits', 'gradient/images', ...named('gradient', false), ...named('after', true)];
}

function compute(engine: Engine, { network, training = true, given }: Case, tensors: Tensor[]): Tensor[] {
  const { tf } = engine;
  const values = new Map([...given.keys()].map((name, index) => [name, tensors[index]!]));
  const trained = network.parameters.filter(({ role }) => !isStatistic(role)).map(({ name }) => name);
  const statistics = network.parameters.filter(({ role }) => isStatistic(role)).map(({ name }) => name);
  const after = new Map(statistics.map((name) => [name, values.get(name)!]));
  let logits!: Tensor;
  const objective = (images: Tensor, ...parameters: Tensor[]): Tensor => {
    const current = new Map(trained.map((name, index) => [name, parameters[index]!]));
    logits = tf.keep(
      forward(
        {
          engine,
          training,
          rotated: false,
          seed: null,
          parameter: (name) => current.get(name) ?? values.get(name)!,
          updated: (name, value) => after.set(name, value),
        },
        network,
        images,
      ),
    );
    return tf.sum(tf.mul(logits, values.get('objective')!));
  };
  const wanted = [values.get('images')!, ...trained.map((name) => values.get(name)!)];
  const gradients = tf.grads(objective as (...xs: Tensor[]) => Tensor)(wanted);
  return [logits, ...gradients, ...statistics.map((name) => after.get(name)!)];
}

function difference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let [squares, norm] = [0, 0];
  for (let index = 0; index < wanted.length; index++) {
    squares += (found[index]! - wanted[index]!) ** 2;
    norm += wanted[index]! ** 2;
  }
  return Math.sqrt(squares) / Math.max(Math.sqrt(norm), 1e-6);
}

describe.each([
  ['float64', 1e-6],
  ['float32', 1e-4],
] as [Precision, number][])('in %s', (precision, tolerance) => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine({ device: 'cpu', threads: 2, precision });
  });
  afterAll(() => engine?.dispose());

  test.each(cases)('$name', (layerCase) => {
    const inputs = [...layerCase.given.values()].map(({ shape, values }) => ({
      shape,
      values: precision === 'float64' ? Float64Array.from(values) : values,
    }));
    const eager = engine.tf.tidy(() => {
      const tensors = inputs.map(({ shape, values }) => engine.constant(values, shape, precision));
      return compute(engine, layerCase, tensors).map((tensor) => Array.from(tensor.dataSync()));
    });
    const handles = inputs.map(({ shape, values }) => engine.upload(values, shape, precision));
    const traced = engine.trace('layer', handles, (...tensors) => compute(engine, layerCase, tensors));
    const results = traced.call(handles);
    const reference = float32Of(references.tensors.get(layerCase.name)!);
    let start = 0;
    outcomes(layerCase).forEach((outcome, index) => {
      const found = engine.download(results[index]!) as Float32Array | Float64Array;
      const wanted = reference.subarray(start, (start += found.length));
      expect(difference(found, wanted), outcome).toBeLessThan(tolerance);
      const apart = difference(found, eager[index]!);
      expect(apart, `${outcome}, eager and traced`).toBeLessThan(precision === 'float64' ? 1e-13 : 1e-5);
    });
    expect(start).toBe(reference.length);
    for (const handle of [...handles, ...results]) handle.release();
    traced.dispose();
  });
});
