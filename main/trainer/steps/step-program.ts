import type { Handle, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import type { DeviceSplit } from './device-data.ts';
import { isTrained } from './device-state.ts';
import type { StepDesign } from './step-design.ts';
import {
  gradientGraph,
  inGroups,
  inOrder,
  stepGraph,
  updateGraph,
  type GradientInputs,
  type StepInputs,
  type UpdateInputs,
} from './step-graph.ts';

/** A training step as TensorFlow runs it: one function, or one for the gradients and one for the update. */
export interface StepProgram {
  /** Nodes of its graphs, before TensorFlow optimises them. */
  readonly nodes: number;
  /** @returns totals, parameters and slots after the step, in the order of the inputs; the caller's */
  call(inputs: StepInputs<Handle>): Handle[];
  dispose(): void;
}

/** Traces a step for inputs of the given shapes, to be run as `design.compile` says. */
export function traceStep(
  design: StepDesign,
  inputs: StepInputs<TraceInput>,
  data: Pick<DeviceSplit, 'turned' | 'source'>,
): StepProgram {
  if (design.compile === 'xla-update') return new HalvedStep(design, inputs, data);
  const traced = design.engine.trace(
    'training_step',
    inOrder(inputs),
    (...tensors) => stepGraph(design, inGroups(tensors, inputs), data),
    design.compile === 'xla' ? { compile: 'xla' } : {},
  );
  return {
    nodes: traced.nodes,
    call: (given) => traced.call(inOrder(given)),
    dispose: () => traced.dispose(),
  };
}

function gradientInputs<T>({
  images,
  labels,
  indices,
  totals,
  seed,
  partners,
  share,
  parameters,
}: StepInputs<T>): GradientInputs<T> {
  return { images, labels, indices, totals, seed, partners, share, parameters };
}

function updateInputs<T>({
  parameters,
  slots,
  masks,
  optimizerScalars,
  averagingScalars,
}: StepInputs<T>): UpdateInputs<T> {
  return { parameters, slots, masks, optimizerScalars, averagingScalars };
}

/** The second half of a step as a function of its own: of `updateInputs` and one gradient for each trained parameter. */
export function traceUpdate(
  design: StepDesign,
  inputs: UpdateInputs<TraceInput>,
  compile: 'xla' | null,
): TracedFunction {
  const ordered = inOrder(inputs);
  const gradients = design.network.parameters
    .filter(isTrained)
    .map(({ shape }) => ({ shape, dtype: design.engine.precision }));
  return design.engine.trace(
    'update',
    [...ordered, ...gradients],
    (...tensors) => {
      const { weights, slots } = updateGraph(
        design,
        inGroups(tensors.slice(0, ordered.length), inputs),
        tensors.slice(ordered.length),
      );
      return [...weights, ...slots];
    },
    compile ? { compile } : {},
  );
}

/**
 * A step whose update is compiled by XLA into one pass over weights, slots, gradients and masks, where the executor makes
 * seven; the rest is convolutions, which XLA is slow at.
 */
class HalvedStep implements StepProgram {
  readonly #design: StepDesign;
  readonly #gradients: TracedFunction;
  readonly #update: TracedFunction;

  constructor(
    design: StepDesign,
    inputs: StepInputs<TraceInput>,
    data: Pick<DeviceSplit, 'turned' | 'source'>,
  ) {
    this.#design = design;
    const first = gradientInputs(inputs);
    this.#gradients = design.engine.trace('gradients', inOrder(first), (...tensors) => {
      const { totals, gradients, statistics } = gradientGraph(design, inGroups(tensors, first), data);
      return [...totals, ...gradients, ...statistics];
    });
    this.#update = traceUpdate(design, updateInputs(inputs), 'xla');
  }

  get nodes(): number {
    return this.#gradients.nodes + this.#update.nodes;
  }

  call(inputs: StepInputs<Handle>): Handle[] {
    const { parameters } = this.#design.network;
    const trained = parameters.filter(isTrained).length;
    const outputs = this.#gradients.call(inOrder(gradientInputs(inputs)));
    const totals = outputs.slice(0, inputs.totals.length);
    const gradients = outputs.slice(totals.length, totals.length + trained);
    const statistics = outputs.slice(totals.length + trained);
    const updated = this.#update.call([...inOrder(updateInputs(inputs)), ...gradients]);
    for (const gradient of gradients) gradient.release();
    const [weights, slots] = [updated.slice(0, trained), updated.slice(trained)];
    const after = parameters.map((parameter) => (isTrained(parameter) ? weights : statistics).shift()!);
    return [...totals, ...after, ...slots];
  }

  dispose(): void {
    this.#gradients.dispose();
    this.#update.dispose();
  }
}
