import type { NetworkDescription, NetworkNode, ParameterDescription } from '../../../../common/network.ts';
import { generator, integer, normals, uniforms } from '../../../../main/trainer/random.ts';
import type { Split } from '../../../../main/trainer/data/dataset.ts';
import { uploadSplit, type DeviceSplit } from '../../../../main/trainer/steps/device-data.ts';
import { DeviceState, inPrecision } from '../../../../main/trainer/steps/device-state.ts';
import { stateSlots } from '../../../../main/trainer/steps/step-design.ts';
import { TOTALS, TrainingStep, type StepDesign } from '../../../../main/trainer/steps/training-step.ts';
import type { Engine, Handle } from '../../../../main/trainer/tensorflow/engine.ts';

/** Everything that a step needs, small and written out, so that its tests stand on nothing but the step. */

export const CLASSES = 4;
export const EXAMPLES = 40;
export const BATCH = 8;
export const STANDARDIZATION = { mean: [0.4], deviation: [0.25] };

/** Conv 3 × 3, batch norm, ReLU, conv 3 × 3 with a bias and a stride, ReLU, mean, dense, on square images of one channel. */
export function smallNetwork(side = 6): NetworkDescription {
  const half = Math.ceil(side / 2);
  const parameters: ParameterDescription[] = [
    { name: 'first.weight', layer: 'first', role: 'kernel', shape: [3, 3, 1, 4] },
    { name: 'norm.gamma', layer: 'norm', role: 'gamma', shape: [4] },
    { name: 'norm.beta', layer: 'norm', role: 'beta', shape: [4] },
    { name: 'norm.mean', layer: 'norm', role: 'mean', shape: [4] },
    { name: 'norm.variance', layer: 'norm', role: 'variance', shape: [4] },
    { name: 'second.weight', layer: 'second', role: 'kernel', shape: [3, 3, 4, 6] },
    { name: 'second.bias', layer: 'second', role: 'bias', shape: [6] },
    { name: 'last.weight', layer: 'last', role: 'kernel', shape: [6, CLASSES] },
    { name: 'last.bias', layer: 'last', role: 'bias', shape: [CLASSES] },
  ];
  const kernel = (layer: string, bias: boolean, stride: number, padding: number) => ({
    kernel: `${layer}.weight`,
    bias: bias ? `${layer}.bias` : null,
    stride,
    padding,
  });
  const nodes: NetworkNode[] = [
    {
      name: 'input',
      operation: 'input',
      inputs: [],
      channels: 1,
      shape: [side, side, 1],
      minimum: -2,
      maximum: 3,
    },
    { name: 'first', operation: 'conv', inputs: ['input'], channels: 4, ...kernel('first', false, 1, 1) },
    {
      name: 'norm',
      operation: 'batch-norm',
      inputs: ['first'],
      channels: 4,
      gamma: 'norm.gamma',
      beta: 'norm.beta',
      mean: 'norm.mean',
      variance: 'norm.variance',
      epsilon: 1e-5,
    },
    { name: 'first.relu', operation: 'relu', inputs: ['norm'], channels: 4 },
    {
      name: 'second',
      operation: 'conv',
      inputs: ['first.relu'],
      channels: 6,
      ...kernel('second', true, 2, 1),
    },
    { name: 'second.relu', operation: 'relu', inputs: ['second'], channels: 6 },
    { name: 'pool', operation: 'global-average-pool', inputs: ['second.relu'], channels: 6 },
    { name: 'last', operation: 'dense', inputs: ['pool'], channels: CLASSES, ...kernel('last', true, 1, 0) },
  ];
  const layer = (name: string, kind: 'conv' | 'dense', shape: number[], positions: number) => {
    const weights = shape.reduce((product, length) => product * length, 1);
    const [inputChannels, outputChannels] = shape.slice(-2) as [number, number];
    return {
      name,
      kind,
      kernel: `${name}.weight`,
      shape,
      weights,
      inputChannels,
      outputChannels,
      macs: weights * positions,
    };
  };
  return {
    name: 'small',
    inputShape: [side, side, 1],
    classes: CLASSES,
    nodes,
    parameters,
    layers: [
      layer('first', 'conv', [3, 3, 1, 4], side * side),
      layer('second', 'conv', [3, 3, 4, 6], half * half),
      layer('last', 'dense', [6, CLASSES], 1),
    ],
  };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function smallParameters(network = smallNetwork()): Map<string, Float32Array> {
  return new Map(
    network.parameters.map(({ name, role, shape }, index) => {
      const drawn = Float32Array.from(normals(sizeOf(shape), generator(3, 'parameters', index)));
      switch (role) {
        case 'mean':
          return [name, drawn.fill(0)];
        case 'variance':
          return [name, drawn.fill(1)];
        case 'gamma':
          return [name, drawn.map((x) => 1 + x / 10)];
        default:
          return [name, drawn.map((x) => x / 3)];
      }
    }),
  );
}

export function smallImages(side = 6, channels = 1, count = EXAMPLES): Split {
  const random = generator(4, 'images');
  return {
    images: Uint8Array.from(uniforms(count * side * side * channels, random), (x) => 256 * x),
    labels: Int32Array.from({ length: count }, () => integer(CLASSES, random)),
    count,
  };
}

/** The same split with its images given batch by batch, in memory that is used again. */
export function streamedSplit({ images, labels, count }: Split): Split {
  const size = images.length / count;
  const planned: Int32Array[] = [];
  const memory = new Uint8Array(images.length);
  return {
    images: new Uint8Array(),
    labels,
    count,
    source: {
      waited: 0,
      announce: (batches) => planned.splice(0, planned.length, ...batches),
      next() {
        const batch = planned.shift()!;
        batch.forEach((example, place) =>
          memory.set(images.subarray(example * size, (example + 1) * size), place * size),
        );
        return memory.subarray(0, batch.length * size);
      },
    },
  };
}

/** Keeps about two weights in three; another choice for every layer. */
export function smallMask(network: NetworkDescription, layer: number): Uint8Array {
  return Uint8Array.from(uniforms(network.layers[layer]!.weights, generator(6, 'mask', layer)), (x) =>
    Number(x > 1 / 3),
  );
}

/** Examples of a step, from 1. */
export function smallBatch(step: number, batch = BATCH): Int32Array {
  return Int32Array.from(
    { length: batch },
    (_, index) => (step * 7 + index * (3 + (step % 2) * 2)) % EXAMPLES,
  );
}

/** A state with its data and step, run step by step. */
export class SmallTraining {
  readonly state: DeviceState;
  readonly data: DeviceSplit;
  readonly step: TrainingStep;
  readonly #engine: Engine;
  readonly #side: number;
  readonly #rotated: boolean;
  #totals: Handle[];

  constructor(
    design: StepDesign,
    {
      side = 6,
      rotated = false,
      streamed = false,
    }: { side?: number; rotated?: boolean; streamed?: boolean } = {},
  ) {
    const { engine, network } = design;
    this.#engine = engine;
    this.#side = side;
    this.#rotated = rotated;
    this.data = this.split(streamed ? streamedSplit(this.smallImages) : this.smallImages, side);
    this.state = new DeviceState(engine, network, stateSlots(design), smallParameters(network));
    this.step = new TrainingStep(design, this.data, this.state, BATCH);
    this.#totals = Array.from({ length: TOTALS }, () =>
      engine.upload(inPrecision(engine, [0]), [], engine.precision),
    );
  }

  get smallImages(): Split {
    return smallImages(this.#side);
  }

  /** Other images in device memory, lying as those of the training do. */
  split(images: Split, side: number): DeviceSplit {
    return uploadSplit(this.#engine, images, [side, side, 1], this.#rotated);
  }

  run(step: number, rate = 0.05, indices = smallBatch(step)): void {
    this.#totals = this.step.run(this.data, this.state, indices, this.#totals, rate, step);
  }

  prune(): void {
    const { network } = this.state;
    network.layers.forEach(({ kernel }, index) => this.state.applyMask(kernel, smallMask(network, index)));
  }

  /** Sum of the losses, and number of correct answers. */
  get totals(): [number, number] {
    return this.#totals.map((total) => Number(this.#engine.download(total)[0])) as [number, number];
  }

  /** All numbers that training changes, by name. */
  get values(): Map<string, Float32Array> {
    return new Map([
      ...this.state.network.parameters.map(({ name }) => [name, this.state.readParameter(name)] as const),
      ...this.state.slotNames.map((name) => [name, this.state.readSlot(name)] as const),
    ]);
  }

  dispose(): void {
    this.step.dispose();
    this.state.dispose();
    for (const handle of [this.data.images, this.data.labels, ...this.#totals]) handle.release();
  }
}
