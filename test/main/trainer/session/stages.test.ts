import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../../common/records.ts';
import type { RunSpecification } from '../../../../common/run-specification.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { ADAM, epochOf, pruningAfter, smallDataset, specification, tensorsOf } from './small-runs.ts';

const SEED = 3;
const dataset = smallDataset();
/** 100 images in batches of 16: seven steps an epoch. */
const STEPS = 7;

let engine: Engine;
beforeAll(() => void (engine = openEngine({ threads: 1 })));
afterAll(() => engine.dispose());

function sessionOf(change: Partial<RunSpecification>, checkpoint?: Uint8Array): TrainingSession {
  const session = new TrainingSession(engine, specification(change), dataset, SEED);
  if (checkpoint) session.restore(checkpoint);
  return session;
}

type Tensors = ReturnType<typeof tensorsOf>;

/** The states after each epoch, and all events, until the plan or a given epoch ends. */
function train(session: TrainingSession, until = session.plan.epochs) {
  const events: RunEvent[] = [];
  const states = new Map<number, Uint8Array>();
  if (session.epoch === 0) {
    session.takeReference();
    events.push(...(session.pruneIfPlanned()?.events ?? []));
    states.set(0, session.checkpoint());
  }
  while (session.epoch < until) {
    const epoch = epochOf(session);
    events.push(...epoch.trained.events, ...epoch.events);
    states.set(session.epoch, session.checkpoint());
  }
  session.dispose();
  return { events, states };
}

/** Kept weights, and everything else, of `now` against `then`. */
function expectRewound(now: Tensors, then: Tensors): void {
  for (const [name, values] of then) {
    if (name.startsWith('mask/')) continue;
    const kernel = name.replace(/^optimizer\/[^/]*\//, '');
    const mask = now.get(`mask/${kernel.replace(/\.weight$/, '')}`);
    const found = now.get(name)!;
    values.forEach((value, index) => expect(found[index]).toBe(mask && !mask[index] ? 0 : value));
  }
}

const ITERATIVE = {
  pruning: pruningAfter(0, { schedule: { name: 'iterative', rounds: 2 } }),
  rounds: 2,
  epochs: 2,
};

describe('weight rewinding', () => {
  const change = { ...ITERATIVE, optimizer: ADAM };

  test.each([
    ['the initial weights', 0],
    ['the end of an epoch', 1],
    ['a step within an epoch', '10it'],
  ])('goes back to %s, under the masks of now', (_what, to) => {
    const retraining = { name: 'weight-rewinding', to };
    const step = typeof to === 'number' ? to * STEPS : 10;
    // What the weights were then: a training that ends there.
    const short = train(sessionOf({ optimizer: ADAM, epochs: `${Math.max(step, 1)}it` }));
    const then = tensorsOf(step === 0 ? short.states.get(0)! : [...short.states.values()].at(-1)!);

    const session = sessionOf({ ...change, retraining });
    expect(session.plan.rewindTo).toBe(step);
    // A first epoch of retraining of which nothing is trained shows what it began with.
    const { states } = train(sessionOf({ ...change, retraining }), 2);
    session.restore(states.get(2)!);
    let rewound: Tensors | null = null;
    try {
      session.trainEpoch(() => {
        throw new Error('one step is enough');
      });
    } catch {
      rewound = tensorsOf(session.checkpoint());
    }
    session.dispose();
    // One step was done after it: do the same step from the state then, with the masks.
    const masks = tensorsOf(states.get(2)!);
    expect([...rewound!.get('mask/fc')!]).toEqual([...masks.get('mask/fc')!]);
    const pruned = [...rewound!.get('mask/dw1')!].flatMap((kept, index) => (kept ? [] : [index]));
    expect(pruned.length).toBeGreaterThan(0);
    for (const index of pruned) expect(rewound!.get('dw1.weight')![index]).toBe(0);
    // Adam moves a weight by about its rate in a step: rewound ones are near what they were, trained ones are not.
    const far = (a: Tensors, b: Tensors): number =>
      Math.max(
        ...[...a.get('fc.weight')!].map((value, index) =>
          masks.get('mask/fc')![index] ? Math.abs(value - b.get('fc.weight')![index]!) : 0,
        ),
      );
    expect(far(rewound!, then)).toBeLessThan(0.02 * 1.5);
    expect(far(rewound!, masks)).toBeGreaterThan(0.02 * 1.5);
  });

  test('restores weights, statistics and the optimizer’s state to the bit', () => {
    // No rate, no decay: what the retraining begins with is what it ends with.
    const still = {
      ...ITERATIVE,
      optimizer: { name: 'sgd', momentum: 0.9 },
      retraining: { name: 'weight-rewinding', to: 1 },
      learningRate: { name: 'steps', rate: 0.02, milestones: [1], factor: 1e-30 },
    };
    const { states, events } = train(sessionOf(still));
    const first = tensorsOf(states.get(1)!);
    const later = tensorsOf(states.get(3)!);
    for (const name of ['fc.weight', 'dw1.weight', 'conv1.weight', 'fc.bias'])
      expectRewound(
        new Map([[name, later.get(name)!], ...[...later].filter(([each]) => each.startsWith('mask/'))]),
        new Map([[name, first.get(name)!]]),
      );
    expect(
      events.filter(({ kind }) => kind === 'rewound').map(({ epoch, data }) => [epoch, data['step']]),
    ).toEqual([
      [2, STEPS],
      [3, STEPS],
    ]);
  });

  test('tells what the weights that were set back answer', () => {
    // Nothing moves after the first epoch but the statistics, of which one batch is missing: what was pruned is what is gone back to.
    const still = {
      ...ITERATIVE,
      optimizer: { name: 'sgd', momentum: 0.9 },
      retraining: { name: 'weight-rewinding', to: `${2 * STEPS - 1}it` },
      learningRate: { name: 'steps', rate: 0.02, milestones: [1], factor: 1e-30 },
    };
    const { events } = train(sessionOf(still));
    const [pruned] = events.filter(({ kind }) => kind === 'pruned');
    const [rewound] = events.filter(({ kind }) => kind === 'rewound');
    const number = (event: RunEvent | undefined, key: string) => event?.data[key] as number;
    const after = number(pruned, 'testLossAfter');
    expect(Math.abs(number(rewound, 'testLossAfter') / after - 1)).toBeLessThan(0.01);
    expect(number(rewound, 'testAccuracyAfter')).toBeCloseTo(number(pruned, 'testAccuracyAfter'), 1);
  });

  test('takes what it goes back to along in every checkpoint: a resumed run has the same bits', () => {
    for (const to of [1, '10it']) {
      const given = { ...change, retraining: { name: 'weight-rewinding', to } };
      const whole = train(sessionOf(given));
      for (const [epoch, checkpoint] of whole.states) {
        const session = sessionOf(given, checkpoint);
        if (epoch === session.plan.epochs) {
          session.dispose();
          continue;
        }
        const { states } = train(session);
        expect(Buffer.compare(states.get(4)!, whole.states.get(4)!), `from epoch ${epoch}`).toBe(0);
      }
    }
  });
});

describe('prunings of a schedule', () => {
  test('within epochs happen after their step, and are resumed to the bit', () => {
    const given = {
      pruning: pruningAfter(0, {
        criterion: { name: 'magnitude' },
        schedule: { name: 'gradual-cubic', from: '2it', until: '14it', every: '3it' },
      }),
      epochs: 3,
    };
    const whole = train(sessionOf(given));
    const pruned = whole.events.filter(({ kind }) => kind === 'pruned');
    expect(pruned.map(({ epoch, data }) => [epoch, data['step'] ?? null])).toEqual([
      [1, 5],
      [2, 1],
      [2, 4],
      [2, null],
    ]);
    const reached = pruned.map(({ data }) => Number(data['reached']));
    // Zhu & Gupta at t = 1/4, 2/4, 3/4 and 1 of the way to 0.6, in whole weights of 348.
    [0.6 * (1 - 27 / 64), 0.6 * (1 - 1 / 8), 0.6 * (1 - 1 / 64), 0.6].forEach((sparsity, index) =>
      expect(reached[index]).toBe(Math.round(sparsity * 348) / 348),
    );
    const { states } = train(sessionOf(given, whole.states.get(1)));
    expect(Buffer.compare(states.get(3)!, whole.states.get(3)!)).toBe(0);
  });

  test('never revive a weight', () => {
    const { states } = train(
      sessionOf({
        pruning: pruningAfter(0, { schedule: { name: 'gradual-linear', until: 4 } }),
        optimizer: ADAM,
      }),
    );
    for (let epoch = 1; epoch <= 4; epoch++) {
      const [before, now] = [tensorsOf(states.get(epoch - 1)!), tensorsOf(states.get(epoch)!)];
      for (const name of ['mask/conv1', 'mask/pw1', 'mask/fc'])
        now.get(name)!.forEach((kept, index) => expect(kept).toBeLessThanOrEqual(before.get(name)![index]!));
    }
  });
});

describe('reinitialisation', () => {
  const given = {
    ...ITERATIVE,
    retraining: { name: 'reinitialise' },
    learningRate: { name: 'constant', rate: 1e-30 },
    optimizer: { name: 'sgd', momentum: 0 },
  };

  test('keeps the masks and draws every weight anew, another draw each round', () => {
    const { states, events } = train(sessionOf(given));
    const [initial, first, second] = [0, 3, 5].map((epoch) => tensorsOf(states.get(epoch)!)) as [
      Tensors,
      Tensors,
      Tensors,
    ];
    const kept = second.get('mask/fc')!;
    const weights = (tensors: Tensors) => [...tensors.get('fc.weight')!].filter((_, index) => kept[index]);
    expect(weights(first)).not.toEqual(weights(initial));
    expect(weights(second)).not.toEqual(weights(first));
    const spread = (values: number[]) => Math.hypot(...values) / Math.sqrt(values.length);
    expect(spread(weights(second)) / spread(weights(initial))).toBeGreaterThan(0.5);
    expect(spread(weights(second)) / spread(weights(initial))).toBeLessThan(2);
    second.get('mask/fc')!.forEach((bit, index) => {
      if (!bit) expect(second.get('fc.weight')![index]).toBe(0);
    });
    expect(events.filter(({ kind }) => kind === 'reinitialised')).toHaveLength(2);
  });

  test('is resumed to the bit', () => {
    const trained = { ...given, learningRate: { name: 'constant', rate: 0.02 }, optimizer: ADAM };
    const whole = train(sessionOf(trained));
    for (const epoch of [2, 3, 4]) {
      const { states } = train(sessionOf(trained, whole.states.get(epoch)));
      expect(Buffer.compare(states.get(6)!, whole.states.get(6)!), `from epoch ${epoch}`).toBe(0);
    }
  });
});

describe('a layer that collapses', () => {
  const layers = { kinds: [], names: ['dw2'], except: [] };

  test('ends a run whose study says so, also when it is resumed', () => {
    const given = { pruning: pruningAfter(1, { layers, sparsity: 0.999, onCollapse: 'stop' as const }) };
    const session = sessionOf(given);
    const { events } = epochOf(session);
    expect(events.map(({ kind }) => kind)).toEqual(['pruned', 'layer-collapsed']);
    const checkpoint = session.checkpoint();
    const message = /Every weight of dw2 was pruned, and the study says to stop there/;
    expect(() => session.trainEpoch(() => undefined)).toThrow(message);
    session.dispose();
    const resumed = sessionOf(given, checkpoint);
    expect(() => resumed.trainEpoch(() => undefined)).toThrow(message);
    resumed.dispose();
  });

  test('lets any other run go on', () => {
    const { states } = train(sessionOf({ pruning: pruningAfter(1, { layers, sparsity: 0.999 }) }));
    expect(states.size).toBe(5);
  });
});
