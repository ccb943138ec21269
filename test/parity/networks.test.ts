import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parametersFromPyTorch, pyTorchTensors } from '../../main/codec/pytorch-layout.ts';
import { decodeSafetensors } from '../../main/codec/safetensors.ts';
import { sizeOf, type NetworkDescription } from '../../common/network.ts';
import { forward } from '../../main/trainer/network/forward.ts';
import { runsRotated } from '../../main/trainer/network/rotated.ts';
import { isTrained } from '../../main/trainer/steps/device-state.ts';
import { openEngine, type Engine, type Handle, type Tensor } from '../../main/trainer/tensorflow/engine.ts';
import { sparseSoftmaxCrossEntropy } from '../../main/trainer/tensorflow/operations/index.ts';
import { NETWORK_BATCH, NETWORK_CLASSES, networkCases, stateDict, values } from './networks-cases.ts';

/**
 * Networks of every family against PyTorch's definitions in networks_reference.py, all in float64: the state dict that
 * PyTorch saved gives the same logits here, and for two of them the same gradients and statistics in training. Without
 * CASCADE_PYTHON golden results stand in, for which the weights follow a formula; CASCADE_PARITY_GOLDEN=write makes them anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'networks.json');
/** Of the largest logit, or of a tensor's norm. */
const TOLERANCE = 1e-9;

/** Norm of a tensor, and its product with numbers of its own. */
type Summary = [norm: number, product: number];
interface Result {
  parameters: number;
  logits: number[][];
  loss?: number;
  gradients?: Record<string, Summary>;
  statistics?: Record<string, Summary>;
}

let engine: Engine;
let folder: string;
let results: Record<string, Result>;

beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
  folder = mkdtempSync(join(tmpdir(), 'cascade-networks-'));
  if (python) {
    execFileSync(python, [join(import.meta.dirname, 'networks_reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(join(folder, 'results.json'), golden);
  }
  const file = python ? join(folder, 'results.json') : golden;
  if (!existsSync(file)) throw new Error(`There is neither CASCADE_PYTHON nor ${golden}.`);
  results = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Result>;
}, 120_000);
afterAll(() => {
  engine?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** The images of the reference, rotated by half a turn where asked. */
function images({ inputShape }: NetworkDescription, rotated: boolean): Float64Array {
  const channels = inputShape[2];
  const places = inputShape[0] * inputShape[1];
  const numbers = values('images', NETWORK_BATCH * places * channels).map((u) => 2 * u - 1);
  if (!rotated) return numbers;
  return numbers.map((_, index) => {
    const [image, place] = [Math.floor(index / (places * channels)), Math.floor(index / channels) % places];
    return numbers[(image * places + places - 1 - place) * channels + (index % channels)]!;
  });
}

/** Runs a traced function of the images and the parameters. */
function run(
  network: NetworkDescription,
  parameters: ReadonlyMap<string, Float32Array>,
  rotated: boolean,
  body: (images: Tensor, values: Map<string, Tensor>) => Tensor[],
): Float64Array[] {
  const inputs: Handle[] = [
    engine.upload(images(network, rotated), [NETWORK_BATCH, ...network.inputShape], 'float64'),
    ...network.parameters.map(({ name, shape }) =>
      engine.upload(new Float64Array(parameters.get(name)!), shape, 'float64'),
    ),
  ];
  const traced = engine.trace(
    'network',
    inputs.map(({ shape, dtype }) => ({ shape, dtype })),
    (pixels, ...tensors) =>
      body(pixels!, new Map(network.parameters.map(({ name }, index) => [name, tensors[index]!]))),
  );
  const outputs = traced.call(inputs);
  const numbers = outputs.map((output) => engine.download(output) as Float64Array);
  for (const handle of [...inputs, ...outputs]) handle.release();
  traced.dispose();
  return numbers;
}

function evaluate(
  network: NetworkDescription,
  parameters: ReadonlyMap<string, Float32Array>,
  rotated: boolean,
): Float64Array {
  const [logits] = run(network, parameters, rotated, (pixels, tensors) => [
    forward(
      {
        engine,
        training: false,
        rotated,
        seed: null,
        parameter: (name) => tensors.get(name)!,
        updated: () => undefined,
      },
      network,
      pixels,
    ),
  ]);
  return logits!;
}

/** The loss, and by PyTorch's names the gradients and the new statistics of batch norm, in PyTorch's layout. */
function train(network: NetworkDescription, parameters: ReadonlyMap<string, Float32Array>) {
  const trained = network.parameters.filter(isTrained);
  const { tf } = engine;
  const statistics = network.parameters.filter((parameter) => !isTrained(parameter));
  const [loss, ...tensors] = run(network, parameters, false, (pixels, all) => {
    const updated = new Map<string, Tensor>();
    const labels = tf.tensor1d(
      Array.from({ length: NETWORK_BATCH }, (_, index) => (index * 3) % NETWORK_CLASSES),
      'int32',
    );
    const { value, grads } = tf.valueAndGrads((...current: Tensor[]) => {
      const byName = new Map(trained.map(({ name }, index) => [name, current[index]!]));
      const logits = forward(
        {
          engine,
          training: true,
          rotated: false,
          seed: null,
          parameter: (name) => byName.get(name) ?? all.get(name)!,
          updated: (name, tensor) => updated.set(name, tensor),
        },
        network,
        pixels,
      );
      return tf.mean(sparseSoftmaxCrossEntropy(engine, logits, labels)).asScalar();
    })(trained.map(({ name }) => all.get(name)!));
    return [value, ...grads, ...statistics.map(({ name }) => updated.get(name)!)];
  });
  const layout = new Map([...pyTorchTensors(network)].map(([{ name }, theirs]) => [name, theirs]));
  const summaries = new Map(
    [...trained, ...statistics].map(({ name }, index) => {
      const theirs = layout.get(name)!;
      const ours = tensors[index]!;
      const order = theirs.order();
      return [theirs.name, summary(theirs.name, order ? ours.map((_, at) => ours[order[at]!]!) : ours)];
    }),
  );
  return { loss: loss![0]!, summaries };
}

function summary(name: string, tensor: Float64Array): Summary {
  const probe = values(`${name}/probe`, tensor.length);
  return [
    Math.sqrt(tensor.reduce((sum, x) => sum + x * x, 0)),
    tensor.reduce((sum, x, index) => sum + x * (probe[index]! - 0.5), 0),
  ];
}

describe.each(networkCases)('$name', ({ name, network, gradients: compared }) => {
  const state = (): Uint8Array =>
    python ? readFileSync(join(folder, `${name}.safetensors`)) : stateDict(network);

  test.runIf(python)('the state dict that PyTorch saved is the one of the formula', () => {
    const [theirs, ours] = [
      decodeSafetensors(state()).tensors,
      decodeSafetensors(stateDict(network)).tensors,
    ];
    expect([...theirs.keys()].sort()).toEqual([...ours.keys()].sort());
    for (const [key, { dtype, shape, bytes }] of ours) {
      const found = theirs.get(key)!;
      expect({ key, dtype: found.dtype, shape: found.shape }).toEqual({ key, dtype, shape });
      expect(Buffer.compare(found.bytes, bytes), key).toBe(0);
    }
  });

  test('has PyTorch’s logits in evaluation', () => {
    const { parameters: count, logits } = results[name]!;
    expect(network.parameters.filter(isTrained).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(
      count,
    );
    const parameters = parametersFromPyTorch(network, state());
    const wanted = logits.flat();
    const scale = Math.max(...wanted.map(Math.abs));
    for (const rotated of runsRotated(network) ? [false, true] : [false]) {
      const found = evaluate(network, parameters, rotated);
      expect(found).toHaveLength(wanted.length);
      const furthest = Math.max(...found.map((logit, index) => Math.abs(logit - wanted[index]!)));
      expect(furthest / scale, rotated ? 'rotated' : 'straight').toBeLessThan(TOLERANCE);
    }
  });

  test.runIf(compared)('has PyTorch’s gradients and statistics in training', () => {
    const { loss, gradients, statistics } = results[name]!;
    const ours = train(network, parametersFromPyTorch(network, state()));
    expect(Math.abs(ours.loss - loss!)).toBeLessThan(TOLERANCE);
    const wanted = Object.entries({ ...gradients, ...statistics });
    expect(wanted.map(([key]) => key).sort()).toEqual([...ours.summaries.keys()].sort());
    const largest = Math.max(...Object.values(gradients!).map(([norm]) => norm));
    for (const [key, [norm, product]] of wanted) {
      const [foundNorm, foundProduct] = ours.summaries.get(key)!;
      // Before batch norm some gradients are zero but for rounding: they are compared with the largest.
      const scale = Math.max(norm, 1e-6 * largest);
      expect(Math.abs(foundNorm - norm) / scale, `norm of ${key}`).toBeLessThan(TOLERANCE);
      expect(Math.abs(foundProduct - product) / scale, `product of ${key}`).toBeLessThan(TOLERANCE);
    }
  });
});
