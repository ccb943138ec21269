import type { NetworkDescription } from '../../../common/network.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { forward } from '../network/forward.ts';
import type { Optimizer } from '../optimization/optimizers/optimizer.ts';
import type { Engine, Handle, Tensor, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import {
  correctPredictions,
  gather,
  sparseSoftmaxCrossEntropy,
  standardize,
  type Standardization,
} from '../tensorflow/operations/index.ts';
import type { DeviceSplit } from './device-data.ts';
import { inPrecision, isTrained, type DeviceState } from './device-state.ts';

export interface StepDesign {
  engine: Engine;
  network: NetworkDescription;
  optimizer: Optimizer;
  options: NamedOptions;
  standardization: Standardization;
}

/** Scalars that a step sums up: losses and correct answers. */
export const TOTALS = 2;

/**
 * One training step — gather the batch, forward, loss, backward, optimizer, mask — traced into a single function of
 * TensorFlow for one batch size. Mutates the device state that it is run on.
 */
export class TrainingStep {
  readonly #design: StepDesign;
  readonly #traced: TracedFunction;
  readonly #batch: number;
  #scalars: { values: number[]; handles: Handle[] } = { values: [], handles: [] };

  constructor(design: StepDesign, data: DeviceSplit, state: DeviceState, batch: number) {
    this.#design = design;
    this.#batch = batch;
    const { engine } = design;
    const input = ({ shape, dtype }: Handle): TraceInput => ({ shape, dtype });
    const scalars = design.optimizer.scalars(design.options, 0.1, 1).length;
    const scalar: TraceInput = { shape: [], dtype: engine.precision };
    this.#traced = engine.trace(
      'training_step',
      [
        input(data.images),
        input(data.labels),
        { shape: [batch], dtype: 'int32' },
        scalar,
        scalar,
        ...Array.from({ length: scalars }, () => scalar),
        ...[...state.parameters, ...state.optimizer, ...state.masks].map(input),
      ],
      (...tensors) => this.#body(tensors, scalars, data.turned),
    );
  }

  get nodes(): number {
    return this.#traced.nodes;
  }

  /**
   * Runs the step on the examples of `indices` (as many as the batch).
   *
   * @param totals sum of the losses of all examples and number of correct ones so far, two scalars; released
   * @returns the totals after this step
   */
  run(
    data: DeviceSplit,
    state: DeviceState,
    indices: Int32Array,
    totals: readonly Handle[],
    rate: number,
    step: number,
  ): Handle[] {
    const { engine } = this.#design;
    const batch = engine.upload(indices, [this.#batch], 'int32');
    const outputs = this.#traced.call([
      data.images,
      data.labels,
      batch,
      ...totals,
      ...this.#scalarHandles(rate, step),
      ...state.parameters,
      ...state.optimizer,
      ...state.masks,
    ]);
    batch.release();
    for (const total of totals) total.release();
    const parameters = TOTALS + state.parameters.length;
    state.replace(outputs.slice(TOTALS, parameters), outputs.slice(parameters));
    return outputs.slice(0, TOTALS);
  }

  dispose(): void {
    this.#traced.dispose();
    for (const handle of this.#scalars.handles) handle.release();
    this.#scalars = { values: [], handles: [] };
  }

  /** Uploaded anew only when they change: with SGD that is once an epoch. */
  #scalarHandles(rate: number, step: number): Handle[] {
    const { engine, optimizer, options } = this.#design;
    const values = optimizer.scalars(options, rate, step);
    if (values.some((value, index) => value !== this.#scalars.values[index])) {
      for (const handle of this.#scalars.handles) handle.release();
      this.#scalars = {
        values,
        handles: values.map((value) => engine.upload(inPrecision(engine, [value]), [], engine.precision)),
      };
    }
    return this.#scalars.handles;
  }

  #body(tensors: Tensor[], scalarCount: number, turned: boolean): Tensor[] {
    const { engine, network, optimizer, options, standardization } = this.#design;
    const { tf } = engine;
    const [images, labels, indices, lossTotal, correctTotal] = tensors as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    let position = 3 + TOTALS;
    const take = (count: number): Tensor[] => tensors.slice(position, (position += count));
    const scalars = take(scalarCount);
    const values = new Map(network.parameters.map(({ name }) => [name, take(1)[0]!]));
    const trained = network.parameters.filter(isTrained);
    const slots = new Map(trained.map(({ name }) => [name, take(optimizer.slots.length)]));
    const masks = new Map(network.layers.map(({ kernel }) => [kernel, take(1)[0]!]));

    const batch = standardize(engine, gather(engine, images, indices), standardization);
    const wanted = gather(engine, labels, indices);
    const running = new Map<string, Tensor>();
    let losses!: Tensor;
    let correct!: Tensor;
    const { grads } = tf.valueAndGrads((...parameters: Tensor[]) => {
      const current = new Map(trained.map(({ name }, index) => [name, parameters[index]!]));
      const logits = forward(
        {
          engine,
          training: true,
          turned,
          parameter: (name) => current.get(name) ?? values.get(name)!,
          updated: (name, value) => running.set(name, value),
        },
        network,
        batch,
      );
      losses = tf.keep(sparseSoftmaxCrossEntropy(engine, logits, wanted));
      correct = tf.keep(correctPredictions(engine, logits, wanted));
      return tf.mean(losses).asScalar();
    })(trained.map(({ name }) => values.get(name)!));

    const decay = optimizer.decays(options);
    const updates = new Map(
      trained.map(({ name, role }, index) => [
        name,
        optimizer.update(options, {
          engine,
          weight: values.get(name)!,
          gradient: grads[index]!,
          slots: slots.get(name)!,
          mask: masks.get(name) ?? null,
          decays: role === 'kernel' || (role === 'bias' ? decay.biases : decay.batchNorm),
          scalars,
        }),
      ]),
    );
    return [
      tf.add(lossTotal, tf.sum(losses)),
      tf.add(correctTotal, tf.cast(tf.sum(correct), 'float32')),
      ...network.parameters.map(({ name }) => updates.get(name)?.weight ?? running.get(name)!),
      ...trained.flatMap(({ name }) => updates.get(name)!.slots),
    ];
  }
}
