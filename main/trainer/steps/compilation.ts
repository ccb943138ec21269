import type { Compilation } from '../../../common/records.ts';
import type { Engine, Handle } from '../tensorflow/engine.ts';
import type { DeviceSplit } from './device-data.ts';
import { inPrecision, isTrained, type DeviceState } from './device-state.ts';
import { drawsInGraph, updateScalars, type StepDesign } from './step-design.ts';
import { inOrder, UPDATE_GROUPS, type UpdateInputs } from './step-graph.ts';
import { traceUpdate } from './step-program.ts';
import { TOTALS, TrainingStep } from './training-step.ts';

/** How a network's steps are run fastest here. The choice decides last bits, so whoever makes it must keep it with the run. */
export interface CompilationChoice {
  compile: Compilation | null;
  /** Of one step, or of one update where only that came into question, as measured; null where nothing did. */
  milliseconds: { executor: number; xla: number } | null;
  /** The step that was chosen, traced and compiled; the caller's from now on. */
  step: TrainingStep;
}

/** Below this many steps, compiling takes longer than it can save. */
const FEWEST_STEPS = { xla: 2000, 'xla-update': 300 };
/** Below this many weights, the update is too small a part of a step of convolutions. */
const FEWEST_WEIGHTS = 1e6;
/** XLA must take at most this share of the executor's time: a choice on a knife's edge would fall differently each time. */
const CLEARLY_FASTER = 0.85;
/** Calls before the first that counts, rounds, and calls of a round. */
const TRIAL = {
  xla: { warmUp: 5, rounds: 7, calls: 8 },
  'xla-update': { warmUp: 2, rounds: 7, calls: 1 },
};
const TYPICAL_RATE = 1e-3;

/**
 * What XLA comes into question for, if anything: on a CPU, the whole step of dense networks, which is many small operations
 * (LeNet-300-100 with batches of 16: half the time). Convolutions lose by it there, two times and more, after seconds of compiling:
 * of their networks only the update, where it is large. What is drawn on the device would be other numbers, not only other
 * last bits.
 */
export function mayCompile(design: StepDesign): Compilation | null {
  const { engine, network } = design;
  if (engine.device.type !== 'CPU') return null;
  const dense = network.layers.every(({ kind }) => kind === 'dense');
  if (dense && !drawsInGraph(design)) return 'xla';
  const weights = network.layers.reduce((sum, layer) => sum + layer.weights, 0);
  return weights >= FEWEST_WEIGHTS ? 'xla-update' : null;
}

/**
 * Finds out, by some calls each way on a copy of the state, how the steps of a run are run faster. The state is left as it was.
 *
 * @param design its own `compile` is not looked at
 * @param steps how many steps of this batch size the run has
 */
export function chooseCompilation(
  design: StepDesign,
  data: DeviceSplit,
  state: DeviceState,
  batch: number,
  steps: number,
): CompilationChoice {
  const make = (compile: Compilation | null): TrainingStep =>
    new TrainingStep({ ...design, compile }, data, state, batch);
  const question = mayCompile(design);
  if (question === null || steps < FEWEST_STEPS[question] || (question === 'xla' && data.source))
    return { compile: null, milliseconds: null, step: make(null) };
  if (question === 'xla-update') {
    const ways = [null, 'xla' as const].map((compile) => measuredUpdate(design, state, compile));
    const { compile, milliseconds } = choose(question, ways);
    return { compile, milliseconds, step: make(compile) };
  }
  const [executor, xla] = [make(null), make('xla')];
  const ways = [executor, xla].map((step) => measuredStep(design.engine, step, data, state, batch));
  const { compile, milliseconds } = choose(question, ways);
  const [step, other] = compile ? [xla, executor] : [executor, xla];
  other.dispose();
  return { compile, milliseconds, step };
}

/** Measures the executor and XLA in turns, and gives both up. */
function choose(
  question: Compilation,
  ways: readonly Measured[],
): Pick<CompilationChoice, 'compile'> & { milliseconds: { executor: number; xla: number } } {
  const { warmUp, rounds, calls } = TRIAL[question];
  for (const each of ways) each.run(warmUp);
  const times = Array.from({ length: rounds }, () => ways.map((each) => each.run(calls)));
  for (const each of ways) each.dispose();
  const [executor, xla] = ways.map((_, way) => median(times.map((round) => round[way]!))) as [number, number];
  return { compile: xla <= CLEARLY_FASTER * executor ? question : null, milliseconds: { executor, xla } };
}

interface Measured {
  /** Runs some calls. @returns milliseconds a call */
  run(calls: number): number;
  dispose(): void;
}

/** A step on a scratch copy of the state, and the time that it takes. */
function measuredStep(
  engine: Engine,
  step: TrainingStep,
  data: DeviceSplit,
  state: DeviceState,
  batch: number,
): Measured {
  const scratch = state.copy();
  const indices = Int32Array.from({ length: batch }, (_, index) => index % data.count);
  let totals = Array.from({ length: TOTALS }, () =>
    engine.upload(inPrecision(engine, [0]), [], engine.precision),
  );
  return {
    run(steps) {
      const started = performance.now();
      for (let done = 1; done <= steps; done++)
        totals = step.run(data, scratch, indices, totals, TYPICAL_RATE, done);
      // Waits until the device is done.
      engine.download(totals[0]!);
      return (performance.now() - started) / steps;
    },
    dispose() {
      scratch.dispose();
      for (const total of totals) total.release();
    },
  };
}

/** An update on the state with its own weights for gradients, and the time that it takes. */
function measuredUpdate(design: StepDesign, state: DeviceState, compile: 'xla' | null): Measured {
  const { engine, network } = design;
  const scalar = (value: number): Handle => engine.upload(inPrecision(engine, [value]), [], engine.precision);
  const { optimizerScalars, averagingScalars } = updateScalars(design, TYPICAL_RATE, 1);
  const inputs: UpdateInputs<Handle> = {
    parameters: state.parameters,
    slots: state.optimizer,
    masks: state.masks,
    optimizerScalars: optimizerScalars.map(scalar),
    averagingScalars: averagingScalars.map(scalar),
  };
  const gradients = state.parameters.filter((_, index) => isTrained(network.parameters[index]!));
  const update = traceUpdate(design, inputs, compile);
  return {
    run(calls) {
      const started = performance.now();
      for (let done = 0; done < calls; done++) {
        const outputs = update.call([...inOrder(inputs, UPDATE_GROUPS), ...gradients]);
        // Waits until the device is done.
        engine.download(outputs.at(-1)!);
        for (const output of outputs) output.release();
      }
      return (performance.now() - started) / calls;
    },
    dispose() {
      update.dispose();
      for (const handle of [...inputs.optimizerScalars, ...inputs.averagingScalars]) handle.release();
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
