import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Compilation } from '../../../../common/records.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { optimizers } from '../../../../main/trainer/optimization/optimizers/registry.ts';
import { chooseCompilation, mayCompile } from '../../../../main/trainer/steps/compilation.ts';
import type { StepDesign } from '../../../../main/trainer/steps/step-design.ts';
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
    optimizer: optimizers.open(SGD),
    standardization: STANDARDIZATION,
    seed: 1,
    loss: { name: 'cross-entropy', mixup: 0.5 },
    compile,
  };
}

function trained(given: StepDesign) {
  const training = new SmallTraining(given);
  for (let step = 1; step <= 6; step++) {
    training.run(step);
    if (step === 3) training.prune();
  }
  const { values } = training;
  training.dispose();
  return values;
}

/** The small network of convolutions, said to be large. */
const LARGE = ((network) => ({
  ...network,
  layers: network.layers.map((layer) => ({ ...layer, weights: 1e6 })),
}))(smallNetwork());

describe.each([
  { way: 'a step compiled by XLA', compile: 'xla' as const, network: denseNetwork() },
  { way: 'a step whose update is compiled', compile: 'xla-update' as const, network: smallNetwork() },
])('$way', ({ compile, network }) => {
  test.each([
    { name: 'sgd', optimizer: 'sgd', options: SGD },
    { name: 'clipped and averaged adam', optimizer: 'adam', options: { name: 'adam', weightDecay: 1e-3 } },
  ])('does the same with $name, to the last bits, and is repeatable to the bit', ({ optimizer, options }) => {
    const given: StepDesign = {
      ...design(null, network),
      optimizer: optimizers.open(options),
      ...(optimizer === 'adam'
        ? {
            gradientClipping: { name: 'norm', maximum: 0.5 },
            averaging: { name: 'exponential', decay: 0.9 },
          }
        : {}),
    };
    const plain = trained(given);
    const compiled = trained({ ...given, compile });
    for (const [name, values] of plain)
      compiled.get(name)!.forEach((value, index) => {
        expect(Math.abs(value - values[index]!)).toBeLessThan(1e-4);
        expect(value === 0).toBe(values[index] === 0);
      });
    expect(trained({ ...given, compile })).toEqual(compiled);
  });
});

describe('the choice', () => {
  test('comes into question on a CPU: dense networks that draw nothing on it, and the update of large ones', () => {
    const given = design(null);
    expect(mayCompile(given)).toBe('xla');
    expect(mayCompile({ ...given, augmentation: [{ name: 'horizontal-flip' }] })).toBeNull();
    expect(mayCompile(design(null, smallNetwork()))).toBeNull();
    expect(mayCompile(design(null, LARGE))).toBe('xla-update');
    const gpu = Object.create(engine, { device: { value: { ...engine.device, type: 'GPU' } } }) as Engine;
    expect(mayCompile({ ...given, engine: gpu })).toBeNull();
    expect(mayCompile({ ...design(null, LARGE), engine: gpu })).toBeNull();
  });

  test.each([
    { question: 'xla' as const, network: denseNetwork(), asked: denseNetwork() },
    { question: 'xla-update' as const, network: smallNetwork(), asked: LARGE },
  ])(
    'of $question answers with the step, ready to run, and leaves all else as it was',
    ({ question, network, asked }) => {
      const training = new SmallTraining(design(null, network));
      training.run(1);
      const { values } = training;
      const { kernel } = network.layers[0]!;
      const handles = engine.liveHandles;
      const { compile, milliseconds, step } = chooseCompilation(
        design(null, asked),
        training.data,
        training.state,
        BATCH,
        1e5,
      );
      expect(milliseconds!.executor).toBeGreaterThan(0);
      expect(milliseconds!.xla).toBeGreaterThan(0);
      expect(compile).toBe(milliseconds!.xla <= 0.85 * milliseconds!.executor ? question : null);
      expect(training.values).toEqual(values);

      const totals = step.run(
        training.data,
        training.state,
        smallBatch(2),
        [0, 0].map(() => engine.upload(Float32Array.of(0), [], 'float32')),
        0.05,
        2,
      );
      expect(training.values.get(kernel)).not.toEqual(values.get(kernel));
      for (const total of totals) total.release();
      step.dispose();
      expect(engine.liveHandles).toBe(handles);
      training.dispose();
    },
  );

  test('is not worth its while for few steps', () => {
    const training = new SmallTraining(design(null));
    const chosen = chooseCompilation(design('xla'), training.data, training.state, BATCH, 100);
    expect(chosen).toMatchObject({ compile: null, milliseconds: null });
    chosen.step.dispose();
    training.dispose();
  });
});
