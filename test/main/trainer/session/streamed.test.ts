import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dataset, ImageSource, Split } from '../../../../main/trainer/data/dataset.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { epochOf, pruningAfter, smallDataset, specification } from './small-runs.ts';

let engine: Engine;
beforeAll(() => void (engine = openEngine({ threads: 1 })));
afterAll(() => engine.dispose());

/** A split whose images come batch by batch, as planned and in no other order. */
class Streamed implements ImageSource {
  readonly waited = 0;
  readonly #split: Split;
  readonly #bytes: number;
  #planned: Int32Array[] = [];

  constructor(split: Split) {
    this.#split = split;
    this.#bytes = split.images.length / split.count;
  }

  announce(batches: readonly Int32Array[]): void {
    this.#planned = [...batches];
  }

  next(): Uint8Array {
    const indices = this.#planned.shift();
    if (!indices) throw new Error('More batches were asked for than planned.');
    const batch = new Uint8Array(indices.length * this.#bytes);
    indices.forEach((source, target) =>
      batch.set(
        this.#split.images.subarray(source * this.#bytes, (source + 1) * this.#bytes),
        target * this.#bytes,
      ),
    );
    return batch;
  }
}

const streamed = (split: Split): Split => ({
  ...split,
  images: new Uint8Array(),
  source: new Streamed(split),
});

function trained(dataset: Dataset): Uint8Array {
  const session = new TrainingSession(
    engine,
    specification({
      epochs: 2,
      augmentation: [{ name: 'random-crop', padding: 1, size: 6 }],
      pruning: pruningAfter(0, {
        criterion: { name: 'saliency', examples: 40, batchSize: 16 },
        // Scored within an epoch and at its end: each reads images between the steps.
        schedule: {
          name: 'listed',
          prunings: [
            { after: '3it', sparsity: 0.3 },
            { after: 2, sparsity: 0.6 },
          ],
        },
      }),
    }),
    dataset,
    1,
  );
  for (let epoch = 1; epoch <= 2; epoch++) epochOf(session);
  const checkpoint = session.checkpoint();
  session.dispose();
  return checkpoint;
}

test('a data set that is too large for memory trains and prunes to the same bits', () => {
  const resident = smallDataset();
  const before = engine.liveHandles;
  const expected = trained(resident);
  const { train, validation, test } = resident;
  const found = trained({
    ...resident,
    train: streamed(train),
    validation: validation && streamed(validation),
    test: streamed(test),
  });
  expect(Buffer.compare(found, expected)).toBe(0);
  expect(engine.liveHandles).toBe(before);
});
