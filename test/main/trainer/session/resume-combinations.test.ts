import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSpecification } from '../../../../common/run-specification.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { PARTS, pairwise, refusalsOf, specificationOf, STEPS, IMAGES } from './combinations.ts';
import { epochOf, smallDataset, tensorsOf } from './small-runs.ts';

/**
 * A run that goes on from a checkpoint has the bits of one that never stopped: every optimizer, schedule of prunings,
 * retraining, kind of rate, average, clipping and source of chance, every two of them together in some run. Killed
 * processes are in test/faults/runs/killed-stages.test.ts.
 */
const SEED = 4;
const dataset = smallDataset({ train: IMAGES });

let engine: Engine;
beforeAll(() => void (engine = openEngine({ device: 'cpu', threads: 1 })));
afterAll(() => engine?.dispose());

/** What an epoch came to: its numbers and events, and the whole state as the checkpoint after it holds it. */
interface Past {
  told: Omit<ReturnType<typeof epochOf>, 'trained'> & {
    trained: ReturnType<typeof epochOf>['trained'] | null;
  };
  state: Uint8Array;
}

/** The next epoch of a session, or what comes before the first. */
function goOn(session: TrainingSession, first: boolean): Past {
  if (!first) return { told: epochOf(session), state: session.checkpoint() };
  session.takeReference();
  const events = session.pruneIfPlanned()?.events ?? [];
  const told = { trained: null, events, evaluation: session.evaluate(), layers: session.measure().layers };
  return { told, state: session.checkpoint() };
}

/** A run from beginning to end, in one session or in one of its own for every epoch. */
function runThrough(specification: RunSpecification, relayed: boolean): Past[] {
  const open = (): TrainingSession => new TrainingSession(engine, specification, dataset, SEED);
  let session = open();
  const past: Past[] = [];
  try {
    do {
      if (relayed && past.length > 0) {
        session.dispose();
        session = open();
        session.restore(past.at(-1)!.state);
      }
      past.push(goOn(session, past.length === 0));
    } while (session.epoch < session.plan.epochs);
    return past;
  } finally {
    session.dispose();
  }
}

const combinations = pairwise();

test('every two choices that go together are together in a run', () => {
  const parts = Object.keys(PARTS);
  const apart: string[] = [];
  for (const one of parts)
    for (const other of parts.slice(parts.indexOf(one) + 1))
      for (const a of Object.keys(PARTS[one]!))
        for (const b of Object.keys(PARTS[other]!))
          if (!combinations.some((each) => each[one] === a && each[other] === b)) apart.push(`${a} × ${b}`);
  // A pruning in the course of a training that begins again, and rounds without retraining, are refused.
  const early = [
    'one-shot at initialisation',
    'one-shot within an epoch',
    'cubic',
    'linear',
    'exponential',
    'listed',
  ];
  const anew = ['weights of an epoch', 'weights of a step', 'reinitialise'];
  const refused = [...early.flatMap((a) => anew.map((b) => `${a} × ${b}`)), 'iterative × none'];
  expect(apart.sort()).toEqual(refused.sort());
  for (const combination of combinations) expect(refusalsOf(combination)).toEqual([]);
});

describe('resumed after every epoch, to the bit', () => {
  test.each(combinations.map((each) => [Object.values(each).join(', '), each] as const))(
    '%s',
    (_name, each) => {
      const specification = specificationOf(each);
      const whole = runThrough(specification, false);
      const relayed = runThrough(specification, true);
      expect(relayed).toHaveLength(whole.length);
      whole.forEach(({ told, state }, epoch) => {
        expect(relayed[epoch]!.told, `epoch ${epoch}`).toEqual(told);
        expect(Buffer.compare(relayed[epoch]!.state, state), `the state after epoch ${epoch}`).toBe(0);
      });
      expectAsAsked(specification, whole);
    },
  );
});

/** That the run did what its name says: else nothing would be compared. */
function expectAsAsked({ pruning, retraining, averaging }: RunSpecification, whole: readonly Past[]): void {
  const events = whole.flatMap(({ told }) => [...(told.trained?.events ?? []), ...told.events]);
  const of = (kind: string): number[] =>
    events.filter((event) => event.kind === kind).map(({ epoch }) => epoch!);
  const rounds = pruning!.schedule.name === 'iterative' ? 2 : 1;
  const pruned = {
    'one-shot': 1,
    iterative: 2,
    'gradual-cubic': 3,
    'gradual-linear': 6,
    'gradual-exponential': 2,
    listed: 3,
  };
  expect(of('pruned')).toHaveLength(pruned[pruning!.schedule.name as keyof typeof pruned]);
  expect(of('rewound')).toHaveLength(retraining.name === 'weight-rewinding' ? rounds : 0);
  expect(of('reinitialised')).toHaveLength(retraining.name === 'reinitialise' ? rounds : 0);
  const names = [...tensorsOf(whole.at(-1)!.state).keys()];
  expect(names.some((name) => name.startsWith('optimizer/average/'))).toBe(averaging !== null);
  const layers = whole.at(-1)!.told.layers;
  const sum = (of: 'pruned' | 'weights'): number => layers.reduce((total, layer) => total + layer[of], 0);
  expect(sum('pruned')).toBe(Math.round(pruning!.sparsity * sum('weights')));
  const steps = whole.reduce((total, { told }) => total + (told.trained?.steps ?? 0), 0);
  const each: Record<string, number> = {
    none: 0,
    'fine-tune': 7,
    'low-rate': STEPS,
    'learning-rate-rewinding': 8,
    'weight-rewinding': 11 - (retraining['to'] === 1 ? STEPS : 4),
    reinitialise: 11,
  };
  expect(steps).toBe(11 + rounds * each[retraining.name]!);
}
