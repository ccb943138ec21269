import { drawMixture } from '../loss/mixup.ts';
import type { Handle, TraceInput } from '../tensorflow/engine.ts';
import { imagesInput, takeImages, type DeviceSplit } from './device-data.ts';
import { inPrecision, type DeviceState } from './device-state.ts';
import { drawsInGraph, lossOf, stepSeed, updateScalars, type StepDesign } from './step-design.ts';
import type { StepInputs } from './step-graph.ts';
import { traceStep, type StepProgram } from './step-program.ts';

export type { StepDesign } from './step-design.ts';

/** Scalars that a step sums up: losses and correct answers. */
export const TOTALS = 2;

type Scalars = Pick<StepInputs<number>, 'share' | 'optimizerScalars' | 'averagingScalars'>;

/**
 * One training step — gather the batch, augment, forward, loss, backward, clip, optimizer, mask, average — traced into
 * functions of TensorFlow for one batch size. Mutates the device state that it is run on.
 */
export class TrainingStep {
  readonly #design: StepDesign;
  readonly #program: StepProgram;
  readonly #batch: number;
  /** α of mixup; 0 where images are not mixed. */
  readonly #mixup: number;
  readonly #draws: boolean;
  readonly #scalars = new Map<string, { value: number; handle: Handle }>();

  constructor(design: StepDesign, data: DeviceSplit, state: DeviceState, batch: number) {
    this.#design = design;
    this.#batch = batch;
    this.#mixup = lossOf(design).mixup();
    this.#draws = drawsInGraph(design);
    const { engine } = design;
    const input = ({ shape, dtype }: Handle): TraceInput => ({ shape, dtype });
    const scalar: TraceInput = { shape: [], dtype: engine.precision };
    const indices: TraceInput = { shape: [batch], dtype: 'int32' };
    const scalars = this.#scalarValues(0.1, 1, 1);
    const inputs: StepInputs<TraceInput> = {
      images: [imagesInput(data, batch)],
      labels: [input(data.labels)],
      indices: [indices],
      totals: Array.from({ length: TOTALS }, () => scalar),
      seed: this.#draws ? [{ shape: [2], dtype: 'int32' }] : [],
      partners: this.#mixup > 0 ? [indices] : [],
      share: scalars.share.map(() => scalar),
      optimizerScalars: scalars.optimizerScalars.map(() => scalar),
      averagingScalars: scalars.averagingScalars.map(() => scalar),
      parameters: state.parameters.map(input),
      slots: state.optimizer.map(input),
      masks: state.masks.map(input),
    };
    this.#program = traceStep(design, inputs, data);
  }

  get nodes(): number {
    return this.#program.nodes;
  }

  /**
   * Runs the step on the examples of `indices` (as many as the batch); of a split with a source, they are the next batch of
   * its plan.
   *
   * @param totals sum of the losses of all examples and number of correct ones so far, two scalars; released
   * @param step number of the step over the whole run, from 1: with the run's seed it decides what the step draws
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
    const mixture = this.#mixup > 0 ? drawMixture(this.#mixup, this.#batch, this.#seed, step) : null;
    const upload = (values: Int32Array): Handle =>
      this.#design.engine.upload(values, [values.length], 'int32');
    const scalars = this.#scalarValues(rate, step, mixture?.share ?? 1);
    const images = takeImages(this.#design.engine, data, this.#batch);
    const own = {
      indices: [upload(indices)],
      seed: this.#draws ? [upload(stepSeed(this.#seed, step))] : [],
      partners: mixture ? [upload(mixture.partners)] : [],
    };
    const outputs = this.#program.call({
      ...own,
      images: [images.handle],
      labels: [data.labels],
      totals,
      share: this.#scalarHandles('share', scalars.share),
      optimizerScalars: this.#scalarHandles('optimizer', scalars.optimizerScalars),
      averagingScalars: this.#scalarHandles('averaging', scalars.averagingScalars),
      parameters: state.parameters,
      slots: state.optimizer,
      masks: state.masks,
    });
    images.release();
    for (const handle of [...own.indices, ...own.seed, ...own.partners, ...totals]) handle.release();
    const parameters = TOTALS + state.parameters.length;
    state.replace(outputs.slice(TOTALS, parameters), outputs.slice(parameters));
    return outputs.slice(0, TOTALS);
  }

  dispose(): void {
    this.#program.dispose();
    for (const { handle } of this.#scalars.values()) handle.release();
    this.#scalars.clear();
  }

  get #seed(): number {
    const { seed } = this.#design;
    if (seed === undefined) throw new Error('A step that draws random numbers needs the seed of the run.');
    return seed;
  }

  #scalarValues(rate: number, step: number, share: number): Scalars {
    return { share: this.#mixup > 0 ? [share] : [], ...updateScalars(this.#design, rate, step) };
  }

  /** Uploaded anew only when they change: with SGD that is when the rate does. */
  #scalarHandles(group: string, values: readonly number[]): Handle[] {
    const { engine } = this.#design;
    return values.map((value, index) => {
      const key = `${group}/${index}`;
      const kept = this.#scalars.get(key);
      if (kept && Object.is(kept.value, value)) return kept.handle;
      kept?.handle.release();
      const handle = engine.upload(inPrecision(engine, [value]), [], engine.precision);
      this.#scalars.set(key, { value, handle });
      return handle;
    });
  }
}
