import type { Engine } from '../tensorflow/engine.ts';
import type { DeviceSplit } from './device-data.ts';
import { inPrecision, type DeviceState } from './device-state.ts';
import { drawsInGraph, type Compilation, type StepDesign } from './step-design.ts';
import { TOTALS, TrainingStep } from './training-step.ts';

/** How a network's steps are run fastest here. The choice decides last bits, so whoever makes it must keep it with the run. */
export interface CompilationChoice {
  compile: Compilation | null;
  /** Of one step, as measured; null where only one way came into question. */
  milliseconds: { executor: number; xla: number } | null;
  /** The step that was chosen, traced and compiled; the caller's from now on. */
  step: TrainingStep;
}

/** Below this many steps, compiling takes longer than it can save. */
const FEWEST_STEPS = 2000;
/** XLA must take at most this share of the executor's time: a choice on a knife's edge would fall differently each time. */
const CLEARLY_FASTER = 0.85;
const WARM_UP_STEPS = 5;
const ROUNDS = 7;
const STEPS_PER_ROUND = 8;
const TYPICAL_RATE = 1e-3;

/**
 * Whether XLA comes into question. It gains where a step is many small operations: dense networks on a CPU (LeNet-300-100
 * with batches of 16: half the time). Convolutions lose by it there, two times and more, after seconds of compiling. What is
 * drawn on the device would be other numbers, not only other last bits.
 */
export function mayCompile(design: StepDesign): boolean {
  const { engine, network } = design;
  const dense = network.layers.every(({ kind }) => kind === 'dense');
  return engine.device.type === 'CPU' && dense && !drawsInGraph(design);
}

/**
 * Finds out, by some steps each way on a copy of the state, how the steps of a run are run faster. The state is left as it was.
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
  const executor = make(null);
  if (steps < FEWEST_STEPS || data.source || !mayCompile(design))
    return { compile: null, milliseconds: null, step: executor };
  const xla = make('xla');
  const measured = [executor, xla].map((step) => measure(design.engine, step, data, state, batch));
  for (const each of measured) each.run(WARM_UP_STEPS);
  const rounds = Array.from({ length: ROUNDS }, () => measured.map((each) => each.run(STEPS_PER_ROUND)));
  for (const each of measured) each.dispose();
  const milliseconds = {
    executor: median(rounds.map(([time]) => time!)),
    xla: median(rounds.map(([, time]) => time!)),
  };
  const compile = milliseconds.xla <= CLEARLY_FASTER * milliseconds.executor ? 'xla' : null;
  const [step, other] = compile === 'xla' ? [xla, executor] : [executor, xla];
  other.dispose();
  return { compile, milliseconds, step };
}

interface Measured {
  /** Runs some steps. @returns milliseconds a step */
  run(steps: number): number;
  dispose(): void;
}

/** A step on a scratch copy of the state, and the time that it takes. */
function measure(
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
