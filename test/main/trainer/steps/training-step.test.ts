import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkDescription } from '../../../../common/network.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { optimizers } from '../../../../main/trainer/optimization/optimizers/registry.ts';
import { EvaluationStep } from '../../../../main/trainer/steps/evaluation-step.ts';
import { stepSeed, type StepDesign } from '../../../../main/trainer/steps/step-design.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  BATCH,
  EXAMPLES,
  smallBatch,
  smallMask,
  smallNetwork,
  smallParameters,
  SmallTraining,
  STANDARDIZATION,
} from './small-network.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

const AUGMENTATION: NamedOptions[] = [
  { name: 'random-crop', padding: 1 },
  { name: 'horizontal-flip' },
  { name: 'random-resized-crop', scale: [0.4, 1] },
  { name: 'colour-jitter', brightness: 0.3, contrast: 0.3 },
  { name: 'cutout', length: 2 },
];
const ALL: Partial<StepDesign> = {
  seed: 5,
  augmentation: AUGMENTATION,
  loss: { name: 'cross-entropy', labelSmoothing: 0.1, mixup: 0.4 },
  gradientClipping: { name: 'norm', maximum: 1 },
  averaging: { name: 'exponential', decay: 0.8 },
};
const ADAMW: NamedOptions = { name: 'adamw', weightDecay: 0.05 };
const SGD: NamedOptions = { name: 'sgd', nesterov: true, weightDecay: 1e-3 };

function design(change: Partial<StepDesign> = {}, options = SGD): StepDesign {
  return {
    engine,
    network: smallNetwork(),
    optimizer: optimizers.open(options),
    standardization: STANDARDIZATION,
    ...change,
  };
}

/** Numbers after some steps, from 1. */
function after(steps: number, given: StepDesign, settings: { rotated?: boolean } = {}) {
  const training = new SmallTraining(given, settings);
  for (let step = 1; step <= steps; step++) training.run(step);
  const found = { values: training.values, totals: training.totals };
  training.dispose();
  return found;
}

const optionsOf = [
  ['SGD', SGD],
  ['AdamW', ADAMW],
] as const;

describe.each(optionsOf)('with everything that draws or averages, and %s', (_name, options) => {
  test('the seed decides all', () => {
    const first = after(4, design(ALL, options));
    expect(after(4, design(ALL, options))).toEqual(first);
    const other = after(4, design({ ...ALL, seed: 6 }, options));
    expect(other.totals).not.toEqual(first.totals);
    expect(other.values.get('first.weight')).not.toEqual(first.values.get('first.weight'));
  });

  test('going on needs the state and the number of the step, no more', () => {
    const whole = new SmallTraining(design(ALL, options));
    for (let step = 1; step <= 3; step++) whole.run(step);
    whole.prune();
    const resumed = new SmallTraining(design(ALL, options));
    for (const { name } of whole.state.network.parameters)
      resumed.state.writeParameter(name, whole.state.readParameter(name));
    for (const name of whole.state.slotNames) resumed.state.writeSlot(name, whole.state.readSlot(name));
    resumed.prune();
    for (let step = 4; step <= 7; step++) for (const training of [whole, resumed]) training.run(step);
    expect(resumed.values).toEqual(whole.values);
    for (const training of [whole, resumed]) training.dispose();
  });

  test('a copy of a state goes its own way', () => {
    const training = new SmallTraining(design(ALL, options));
    training.run(1);
    const before = training.values;
    const copy = training.state.copy();
    const totals = training.step.run(
      training.data,
      copy,
      smallBatch(2),
      [0, 0].map(() => engine.upload(Float32Array.of(0), [], 'float32')),
      0.1,
      2,
    );
    expect(training.values).toEqual(before);
    expect(copy.readParameter('first.weight')).not.toEqual(before.get('first.weight'));
    copy.dispose();
    training.run(2);
    expect(training.values.get('first.weight')).not.toEqual(before.get('first.weight'));
    for (const total of totals) total.release();
    training.dispose();
  });
});

test('leaves nothing behind on the device', () => {
  const outside = engine.liveHandles;
  const training = new SmallTraining(design(ALL));
  training.run(1);
  training.run(2);
  const inside = engine.liveHandles;
  for (let step = 3; step <= 6; step++) training.run(step, 0.01 * step);
  expect(engine.liveHandles).toBe(inside);
  training.dispose();
  expect(engine.liveHandles).toBe(outside);
});

test('what is not asked for adds nothing to the step', () => {
  const plain = new SmallTraining(design());
  const nothing = new SmallTraining(
    design({
      seed: 1,
      augmentation: [],
      loss: { name: 'cross-entropy', labelSmoothing: 0, mixup: 0 },
      gradientClipping: null,
      averaging: null,
      compile: null,
    }),
  );
  expect(nothing.step.nodes).toBe(plain.step.nodes);
  for (const training of [plain, nothing]) training.run(1);
  expect(nothing.values).toEqual(plain.values);
  for (const training of [plain, nothing]) training.dispose();
});

test('needs the seed of the run where it draws', () => {
  const training = new SmallTraining(design({ augmentation: AUGMENTATION }));
  expect(() => training.run(1)).toThrow(/seed/);
  training.dispose();
});

test('the seed of a step is of two words, each step’s its own', () => {
  const seeds = Array.from({ length: 200 }, (_, step) => stepSeed(3, step));
  expect(new Set(seeds.map(([first]) => first)).size).toBe(200);
  expect(new Set(seeds.map(([, second]) => second)).size).toBe(200);
  expect(stepSeed(3, 1)).toEqual(seeds[1]);
  expect(stepSeed(4, 1)).not.toEqual(seeds[1]);
});

test('images that lie rotated train the same network', () => {
  const upright = after(6, design(ALL));
  const rotated = after(6, design(ALL), { rotated: true });
  for (const [name, values] of upright.values) {
    const difference = rotated.values.get(name)!.map((value, index) => value - values[index]!);
    expect(Math.hypot(...difference), name).toBeLessThan(1e-4 * (1 + Math.hypot(...values)));
  }
  const still = after(6, design({ ...ALL, augmentation: [] }));
  expect(Math.abs(still.totals[0] - upright.totals[0])).toBeGreaterThan(0.01);
});

describe('averages', () => {
  const averaging = { name: 'exponential', decay: 0.9 };
  const evaluated = (training: SmallTraining): { loss: number; accuracy: number } => {
    const step = new EvaluationStep(engine, training.state.network, STANDARDIZATION);
    const found = step.run(training.data, training.state);
    step.dispose();
    return found;
  };

  test('begin as the initial weights, and are what evaluation sees', () => {
    const [averaged, plain] = [new SmallTraining(design({ averaging })), new SmallTraining(design())];
    expect(averaged.values.get('average/first.weight')).toEqual(smallParameters().get('first.weight'));
    expect(evaluated(averaged)).toEqual(evaluated(plain));
    for (let step = 1; step <= 5; step++) for (const training of [averaged, plain]) training.run(step);
    expect(averaged.values.get('first.weight')).toEqual(plain.values.get('first.weight'));
    expect(evaluated(averaged).loss).not.toBe(evaluated(plain).loss);
    for (const { name, role } of plain.state.network.parameters)
      if (role !== 'mean' && role !== 'variance')
        plain.state.writeParameter(name, averaged.state.readSlot(`average/${name}`));
    expect(evaluated(averaged)).toEqual(evaluated(plain));
    for (const training of [averaged, plain]) training.dispose();
  });

  test('hold nothing of a pruned weight, when it is pruned and after', () => {
    const training = new SmallTraining(design({ averaging }));
    const left = (): number[] =>
      training.state.network.layers.flatMap(({ kernel }, layer) => {
        const mask = smallMask(training.state.network, layer);
        return [...training.values.get(`average/${kernel}`)!].filter((x, index) => !mask[index] && x !== 0);
      });
    training.run(1);
    expect(left().length).toBeGreaterThan(0);
    training.prune();
    expect(left()).toEqual([]);
    training.run(2);
    expect(left()).toEqual([]);
    training.dispose();
  });
});

describe('images larger than the network’s input', () => {
  const network: NetworkDescription = smallNetwork(4);

  test('are cropped at random in training, and in the middle in evaluation', () => {
    for (const rotated of [false, true]) {
      const given = design({
        network,
        seed: 1,
        augmentation: [{ name: 'random-crop', padding: 0, size: 4 }],
      });
      const large = new SmallTraining(given, { side: 7, rotated });
      large.run(1);
      const evaluations = [0, 1].map(() => new EvaluationStep(engine, network, STANDARDIZATION));
      const { loss } = evaluations[0]!.run(large.data, large.state);
      // The middle 4 of 7 begin at round(1.5) = 2, as Python rounds.
      const { images, labels } = large.smallImages;
      const middle = Uint8Array.from({ length: EXAMPLES * 16 }, (_, index) => {
        const [image, row, column] = [index >> 4, (index >> 2) & 3, index & 3];
        return images[image * 49 + (row + 2) * 7 + column + 2]!;
      });
      const small = large.split({ images: middle, labels, count: EXAMPLES }, 4);
      expect(evaluations[1]!.run(small, large.state).loss).toBeCloseTo(loss, 6);
      for (const evaluation of evaluations) evaluation.dispose();
      for (const handle of [small.images, small.labels]) handle.release();
      large.dispose();
    }
  });
});

test('accuracy counts the share of λ that was right where images are mixed', () => {
  const training = new SmallTraining(design({ seed: 2, loss: { name: 'cross-entropy', mixup: 1 } }));
  const shares = new Set<boolean>();
  let before = 0;
  for (let step = 1; step <= 5; step++) {
    training.run(step);
    const [, correct] = training.totals;
    expect(correct - before).toBeGreaterThanOrEqual(0);
    expect(correct - before).toBeLessThanOrEqual(BATCH);
    shares.add(Number.isInteger(correct - before));
    before = correct;
  }
  expect(shares.has(false)).toBe(true);
  training.dispose();
});

describe.each([false, true])('a split too large for memory (rotated: %o)', (rotated) => {
  test('trains and is evaluated to the bits of one that is not', () => {
    const [held, streamed] = [false, true].map(
      (stream) => new SmallTraining(design(ALL), { rotated, streamed: stream }),
    ) as [SmallTraining, SmallTraining];
    const handles: number[] = [];
    for (let step = 1; step <= 4; step++) {
      streamed.data.source!.announce([smallBatch(step)]);
      for (const training of [held, streamed]) training.run(step);
      handles.push(engine.liveHandles);
    }
    expect(new Set(handles).size).toBe(1);
    expect(streamed.values).toEqual(held.values);
    expect(streamed.totals).toEqual(held.totals);
    const evaluated = [held, streamed].map(({ data, state }) => {
      const step = new EvaluationStep(engine, state.network, STANDARDIZATION);
      const found = step.run(data, state);
      step.dispose();
      return found;
    });
    expect(evaluated[1]).toEqual(evaluated[0]);
    for (const training of [held, streamed]) training.dispose();
  });
});
