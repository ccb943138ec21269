import type { Handle, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import type { DeviceSplit } from './device-data.ts';
import { isTrained } from './device-state.ts';
import type { StepDesign } from './step-design.ts';
import {
  GRADIENT_GROUPS,
  gradientGraph,
  inGroups,
  inOrder,
  parametersOf,
  STEP_GROUPS,
  stepGraph,
  UPDATE_GROUPS,
  updateGraph,
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
  data: Pick<DeviceSplit, 'rotated' | 'source'>,
): StepProgram {
  if (design.compile === 'xla-update') return new HalvedStep(design, inputs, data);
  const traced = design.engine.trace(
    'training_step',
    inOrder(inputs, STEP_GROUPS),
    (...tensors) => stepGraph(design, inGroups(tensors, inputs, STEP_GROUPS), data),
    design.compile === 'xla' ? { compile: 'xla' } : {},
  );
  return {
    nodes: traced.nodes,
    call: (given) => traced.call(inOrder(given, STEP_GROUPS)),
    dispose: () => traced.dispose(),
  };
}

/** The second half of a step as a function of its own: of its inputs in order, and one gradient for each trained parameter. */
export function traceUpdate(
  design: StepDesign,
  inputs: UpdateInputs<TraceInput>,
  compile: 'xla' | null,
): TracedFunction {
  const ordered = inOrder(inputs, UPDATE_GROUPS);
  const gradients = design.network.parameters
    .filter(isTrained)
    .map(({ shape }) => ({ shape, dtype: design.engine.precision }));
  return design.engine.trace(
    'update',
    [...ordered, ...gradients],
    (...tensors) => {
      const { weights, slots } = updateGraph(
        design,
        inGroups(tensors, inputs, UPDATE_GROUPS),
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
    data: Pick<DeviceSplit, 'rotated' | 'source'>,
  ) {
    this.#design = design;
    this.#gradients = design.engine.trace('gradients', inOrder(inputs, GRADIENT_GROUPS), (...tensors) => {
      const given = inGroups(tensors, inputs, GRADIENT_GROUPS);
      const { totals, gradients, statistics } = gradientGraph(design, given, data);
      return [...totals, ...gradients, ...statistics];
    });
    this.#update = traceUpdate(design, inputs, 'xla');
  }

  get nodes(): number {
    return this.#gradients.nodes + this.#update.nodes;
  }

  call(inputs: StepInputs<Handle>): Handle[] {
    const { network } = this.#design;
    const trained = network.parameters.filter(isTrained).length;
    const outputs = this.#gradients.call(inOrder(inputs, GRADIENT_GROUPS));
    const totals = outputs.slice(0, inputs.totals.length);
    const gradients = outputs.slice(totals.length, totals.length + trained);
    const statistics = outputs.slice(totals.length + trained);
    const updated = this.#update.call([...inOrder(inputs, UPDATE_GROUPS), ...gradients]);
    for (const gradient of gradients) gradient.release();
    const [weights, slots] = [updated.slice(0, trained), updated.slice(trained)];
    return [...totals, ...parametersOf(network, weights, statistics), ...slots];
  }

  dispose(): void {
    this.#gradients.dispose();
    this.#update.dispose();
  }
}
