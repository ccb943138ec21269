import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { optimizers } from '../../../../main/trainer/optimization/optimizers/registry.ts';
import { chooseCompilation, mayCompile } from '../../../../main/trainer/steps/compilation.ts';
import type { Compilation, StepDesign } from '../../../../main/trainer/steps/step-design.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { denseNetwork } from './dense-network.ts';
import { BATCH, smallBatch, smallNetwork, SmallTraining, STANDARDIZATION } from './small-network.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

const SGD: NamedOptions = { name: 'sgd', weightDecay: 1e-3 };

function design(compile: Compilation | null, network = denseNetwork()): StepDesign {
  return {
    engine,
    network,
    optimizer: optimizers.find('sgd'),
    options: SGD,
    standardization: STANDARDIZATION,
    seed: 1,
    loss: { name: 'cross-entropy', mixup: 0.5 },
    compile,
  };
}

function trained(compile: Compilation | null) {
  const training = new SmallTraining(design(compile));
  for (let step = 1; step <= 6; step++) {
    training.run(step);
    if (step === 3) training.prune();
  }
  const { values } = training;
  training.dispose();
  return values;
}

describe('a step compiled by XLA', () => {
  test('does the same, to the last bits, and is repeatable to the bit', () => {
    const [plain, compiled] = [trained(null), trained('xla')];
    for (const [name, values] of plain)
      compiled.get(name)!.forEach((value, index) => {
        expect(Math.abs(value - values[index]!)).toBeLessThan(1e-4);
        expect(value === 0).toBe(values[index] === 0);
      });
    expect(trained('xla')).toEqual(compiled);
  });
});

describe('the choice', () => {
  test('comes into question for dense networks on a CPU that draw nothing on it', () => {
    const given = design(null);
    expect(mayCompile(given)).toBe(true);
    expect(mayCompile(design(null, smallNetwork()))).toBe(false);
    expect(mayCompile({ ...given, augmentation: [{ name: 'horizontal-flip' }] })).toBe(false);
    const gpu = Object.create(engine, { device: { value: { ...engine.device, type: 'GPU' } } }) as Engine;
    expect(mayCompile({ ...given, engine: gpu })).toBe(false);
  });

  test('answers with the step, ready to run, and leaves all else as it was', () => {
    const training = new SmallTraining(design(null));
    training.run(1);
    const { values } = training;
    const handles = engine.liveHandles;
    const { compile, milliseconds, step } = chooseCompilation(
      design(null),
      training.data,
      training.state,
      BATCH,
      1e5,
    );
    expect(milliseconds!.executor).toBeGreaterThan(0);
    expect(milliseconds!.xla).toBeGreaterThan(0);
    expect(compile === 'xla').toBe(milliseconds!.xla <= 0.85 * milliseconds!.executor);
    expect(training.values).toEqual(values);

    const totals = step.run(
      training.data,
      training.state,
      smallBatch(2),
      [0, 0].map(() => engine.upload(Float32Array.of(0), [], 'float32')),
      0.05,
      2,
    );
    expect(training.values.get('fc1.weight')).not.toEqual(values.get('fc1.weight'));
    for (const total of totals) total.release();
    step.dispose();
    expect(engine.liveHandles).toBe(handles);
    training.dispose();
  });

  test('is not worth its while for few steps', () => {
    const training = new SmallTraining(design(null));
    const chosen = chooseCompilation(design('xla'), training.data, training.state, BATCH, 100);
    expect(chosen).toMatchObject({ compile: null, milliseconds: null });
    chosen.step.dispose();
    training.dispose();
  });
});
