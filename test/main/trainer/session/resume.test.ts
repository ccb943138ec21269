import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  ADAM,
  DEPTHWISE,
  epochOf,
  LENET,
  pruningAfter,
  SGD,
  smallDataset,
  specification,
} from './small-runs.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());
const dataset = smallDataset();

const cases = [LENET, DEPTHWISE].flatMap((model) =>
  [SGD, ADAM].map((optimizer) => [`${model.name}, ${optimizer.name}`, { model, optimizer }] as const),
);

describe.each(cases)('%s', (_name, parts) => {
  // Pruned after the second of four epochs, with rates that differ, so that a lost position shows.
  const run = specification({
    ...parts,
    epochs: 3,
    learningRate: { name: 'cosine', rate: 0.01 },
    retraining: { name: 'learning-rate-rewinding', epochs: 1 },
    pruning: pruningAfter(2),
    referenceEpoch: 2,
  });
  const open = (seed = 1): TrainingSession => new TrainingSession(engine, run, dataset, seed);

  test('an interrupted run has the bits of an uninterrupted one, from whichever epoch it goes on', () => {
    const whole = open();
    const checkpoints = [whole.checkpoint()];
    const epochs: ReturnType<typeof epochOf>[] = [];
    while (whole.epoch < whole.plan.epochs) {
      epochs.push(epochOf(whole));
      checkpoints.push(whole.checkpoint());
    }
    const last = checkpoints.at(-1)!;
    expect(epochs.map(({ events }) => events.map(({ kind }) => kind))).toEqual([[], ['pruned'], [], []]);

    for (let from = 0; from < whole.plan.epochs; from++) {
      // The run's own session, whose masks and moments are of another epoch, and one that knows nothing.
      for (const session of from % 2 ? [open(), whole] : [open()]) {
        session.restore(checkpoints[from]!);
        expect(session.epoch).toBe(from);
        expect(Buffer.compare(session.checkpoint(), checkpoints[from]!)).toBe(0);
        for (let epoch = from; epoch < session.plan.epochs; epoch++)
          expect(epochOf(session), `epoch ${epoch + 1} from ${from}`).toEqual(epochs[epoch]);
        expect(Buffer.compare(session.checkpoint(), last), `from epoch ${from}`).toBe(0);
        if (session !== whole) session.dispose();
      }
    }
    whole.dispose();
  });

  test('the seed decides all', () => {
    const [first, same, other] = [open(1), open(1), open(2)];
    for (const session of [first, same, other]) {
      epochOf(session);
      epochOf(session);
    }
    expect(Buffer.compare(first.checkpoint(), same.checkpoint())).toBe(0);
    expect(Buffer.compare(first.checkpoint(), other.checkpoint())).not.toBe(0);
    for (const session of [first, same, other]) session.dispose();
  });
});
