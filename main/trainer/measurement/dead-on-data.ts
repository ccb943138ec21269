import type { NetworkDescription } from '../../../common/network.ts';
import { generator, normals } from '../random.ts';
import { INERT_PLANE, planeBytes, PRUNED_PLANE, type LayerStates } from '../../../common/records.ts';
import { centralPart } from '../augmentation/augment.ts';
import { forward } from '../network/forward.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { imagesInput, takeImages, type DeviceSplit } from '../steps/device-data.ts';
import { inPrecision, type DeviceState } from '../steps/device-state.ts';
import type { Engine, Handle, Tensor, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import { gather, standardize, type Standardization } from '../tensorflow/operations/index.ts';

/** Images at once, at least: smaller batches of a run are slow. */
const SMALLEST_BATCH = 64;

/**
 * Epochs after which dead weights are counted: the first and the last that end in a pruning, and the last of the run. A
 * count reads all images forwards and backwards, which takes about as long as an epoch of training.
 */
export function countsDead({ prunings, epochs }: TrainingPlan, epoch: number): boolean {
  const atEnds = prunings.filter(({ step }) => step === null).map((pruning) => pruning.epoch);
  return epoch === epochs || epoch === atEnds.at(0) || epoch === atEnds.at(-1);
}

/**
 * How many kept weights of each layer are dead on the data: no image of these splits gives them a gradient, exactly zero.
 *
 * The gradient is that of the logits, by a fixed random direction (normal, one number an image and class), in evaluation mode
 * with the weights that train: batch norm by its running statistics, nothing augmented, nothing dropped. A direction in
 * place of the loss keeps gradients from vanishing where every image is answered with certainty. A batch's gradient is
 * the sum over its images: terms that are not zero cancel to zero exactly with a probability of about 1e-7, and for good only
 * if they do so in every batch. Rounding can make a gradient of zero another number, but not the other way round, unless
 * it is below 1e-38.
 *
 * Inert weights are dead by their definition, and are not looked at: the count is never below theirs. (One that is itself
 * zero may have a gradient.) Once a weight has one, it is looked at no more, and where none is left, the rest of the images
 * is not read.
 */
export class DeadOnData {
  readonly #engine: Engine;
  readonly #network: NetworkDescription;
  readonly #standardization: Standardization;
  readonly #splits: readonly DeviceSplit[];
  readonly #batch: number;
  readonly #traced = new Map<string, TracedFunction>();

  /**
   * @param splits whose images count
   * @param batchSize of the run
   */
  constructor(
    {
      engine,
      network,
      standardization,
    }: { engine: Engine; network: NetworkDescription; standardization: Standardization },
    splits: readonly DeviceSplit[],
    batchSize: number,
  ) {
    this.#engine = engine;
    this.#network = network;
    this.#standardization = standardization;
    this.#splits = splits;
    this.#batch = Math.max(batchSize, SMALLEST_BATCH);
  }

  /**
   * @param layers the states of the same weights: what is pruned and what is inert
   * @returns a count for each layer, in the network's order
   */
  count(state: DeviceState, layers: readonly LayerStates[]): number[] {
    const engine = this.#engine;
    let open = this.#network.layers.map(({ shape }, position) =>
      engine.upload(inPrecision(engine, candidates(layers[position]!)), shape, engine.precision),
    );
    let isOpen = true;
    for (const split of this.#splits) {
      const batches = batchesOf(split.count, this.#batch);
      if (isOpen) split.source?.announce(batches);
      for (const indices of batches) {
        if (!isOpen) break;
        [open, isOpen] = this.#close(split, indices, state, open);
      }
    }
    return open.map((handle, position) => {
      const left = engine.download(handle) as Float32Array | Float64Array;
      handle.release();
      let count = layers[position]!.inert;
      for (let index = 0; index < left.length; index++) count += left[index]!;
      return count;
    });
  }

  dispose(): void {
    for (const traced of this.#traced.values()) traced.dispose();
    this.#traced.clear();
  }

  /** Takes from the open ones those that a batch gives a gradient; says whether any is left. */
  #close(
    split: DeviceSplit,
    indices: Int32Array,
    state: DeviceState,
    open: readonly Handle[],
  ): [Handle[], boolean] {
    const engine = this.#engine;
    const batch = indices.length;
    const images = takeImages(engine, split, batch);
    const direction = normals(batch * this.#network.classes, generator(0, 'dead on the data'));
    const own = [
      engine.upload(indices, [batch], 'int32'),
      engine.upload(inPrecision(engine, direction), [batch, this.#network.classes], engine.precision),
    ];
    const outputs = this.#trace(split, state, batch).call([
      images.handle,
      ...own,
      ...open,
      ...state.parameters,
    ]);
    images.release();
    for (const handle of [...own, ...open]) handle.release();
    const left = outputs.pop()!;
    const isOpen = Number(engine.download(left)[0]) > 0;
    left.release();
    return [outputs, isOpen];
  }

  #trace(split: DeviceSplit, state: DeviceState, batch: number): TracedFunction {
    const key = `${this.#splits.indexOf(split)}/${batch}`;
    let traced = this.#traced.get(key);
    if (!traced) {
      const { precision } = this.#engine;
      traced = this.#engine.trace(
        'dead_on_data',
        [
          imagesInput(split, batch),
          { shape: [batch], dtype: 'int32' },
          { shape: [batch, this.#network.classes], dtype: precision },
          ...this.#network.layers.map(({ shape }): TraceInput => ({ shape, dtype: precision })),
          ...state.parameters.map(({ shape, dtype }): TraceInput => ({ shape, dtype })),
        ],
        (...tensors) => this.#body(tensors, split),
      );
      this.#traced.set(key, traced);
    }
    return traced;
  }

  /** What is left open of each kernel, then how much in all: zero where, and only where, nothing is. */
  #body(tensors: Tensor[], { rotated, source }: DeviceSplit): Tensor[] {
    const engine = this.#engine;
    const network = this.#network;
    const { tf } = engine;
    const kernels = network.layers.map(({ kernel }) => kernel);
    const [images, indices, direction] = tensors as [Tensor, Tensor, Tensor];
    const open = tensors.slice(3, 3 + kernels.length);
    const values = new Map(
      network.parameters.map(({ name }, index) => [name, tensors[3 + kernels.length + index]!]),
    );
    const chosen = source ? images : gather(engine, images, indices);
    const plain = centralPart(engine, chosen, network.inputShape, rotated);
    const batch = standardize(engine, plain, this.#standardization);
    const gradients = tf.grads((...weights: Tensor[]) => {
      const current = new Map(kernels.map((name, index) => [name, weights[index]!]));
      const logits = forward(
        {
          engine,
          training: false,
          rotated,
          seed: null,
          parameter: (name) => current.get(name) ?? values.get(name)!,
          updated: () => undefined,
        },
        network,
        batch,
      );
      return tf.sum(tf.mul(logits, direction)).asScalar();
    })(kernels.map((name) => values.get(name)!));
    const left = gradients.map((gradient, index) =>
      tf.mul(open[index]!, tf.cast(tf.equal(gradient, engine.scalar(0)), open[index]!.dtype)),
    );
    return [...left, tf.sum(tf.stack(left.map((one) => tf.sum(one))))];
  }
}

/** 1 for each weight that is neither pruned nor inert. */
function candidates({ weights, planes }: LayerStates): Float32Array {
  const bytes = planeBytes(weights);
  const [pruned, inert] = [PRUNED_PLANE, INERT_PLANE].map((plane) =>
    planes.subarray(plane * bytes, (plane + 1) * bytes),
  ) as [Uint8Array, Uint8Array];
  const open = new Float32Array(weights);
  for (let index = 0; index < weights; index++)
    open[index] = 1 - (((pruned[index >> 3]! | inert[index >> 3]!) >> (index & 7)) & 1);
  return open;
}

function batchesOf(count: number, batch: number): Int32Array[] {
  return Array.from({ length: Math.ceil(count / batch) }, (_, number) => {
    const start = number * batch;
    return Int32Array.from({ length: Math.min(batch, count - start) }, (_each, place) => start + place);
  });
}
