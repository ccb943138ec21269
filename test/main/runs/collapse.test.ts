import { describe, expect, it, vi } from 'vitest';
import {
  CONTROL_ACKNOWLEDGED,
  CONTROL_WORDS,
  type TrainerInput,
  type TrainerMessage,
} from '../../../main/trainer/messages.ts';
import { runTraining } from '../../../main/trainer/session/run.ts';
import { createLedger } from '../../../main/trainer/tensorflow/ledger.ts';
import { pruningAfter, specification } from '../trainer/session/small-runs.ts';
import { allEnded, openStation, pruningAt, smallImages, studyText, type Station } from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Of the last layer's thousand weights all but a twentieth of one: none is left. */
const pruning = {
  ...pruningAt(2, 0.99995),
  layers: { names: ['fc3'] },
};
const REASON = 'Every weight of fc3 was pruned, and the study says to stop there (onCollapse: stop).';

async function trained(station: Station, change: object) {
  const [id] = (await station.start(
    studyText({
      images: smallImages(),
      arms: [{ name: 'pruned', control: false, pruning: { ...pruning, ...change } }],
    }),
  )) as [string];
  const [summary] = await allEnded(station, [id]);
  const { events } = await station.services.getRun(id);
  return { id, summary: summary!, events };
}

describe('a run that loses a layer', () => {
  it('fails where its study says so, with the reason, and cannot be resumed past it', async () => {
    const station = await openStation();
    const { id, summary, events } = await trained(station, { onCollapse: 'stop' });
    expect(summary).toMatchObject({ state: 'failed', reason: REASON, epochsDone: 2 });
    // What led there is recorded: the epoch of the pruning, and what it did.
    expect(events.filter(({ kind }) => ['pruned', 'layer-collapsed', 'failed'].includes(kind))).toMatchObject(
      [
        { kind: 'pruned', epoch: 2, data: { asked: 0.99995, reached: 1 } },
        {
          kind: 'layer-collapsed',
          epoch: 2,
          message: 'Every weight of fc3 was pruned: nothing that goes through it reaches the output.',
          data: { layers: ['fc3'] },
        },
        { kind: 'failed', message: REASON },
      ],
    );
    const recorded = await station.services.epochs(id);
    expect(recorded.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);

    for (let time = 0; time < 2; time++) {
      await station.services.resume(id);
      const [again] = await allEnded(station, [id]);
      expect(again).toMatchObject({ state: 'failed', reason: REASON, epochsDone: 2 });
      expect(await station.services.epochs(id)).toEqual(recorded);
    }
    expect(station.services.status().problems).toEqual([]);
  });

  it('goes on where its study says nothing, and tells of it all the same', async () => {
    const { summary, events } = await trained(await openStation(), {});
    expect(summary).toMatchObject({ state: 'finished', reason: null, epochsDone: 4 });
    expect(events.filter(({ kind }) => kind === 'layer-collapsed')).toHaveLength(1);
  });
});

it('a thread that ends for a collapse says so by its code', async () => {
  const control = new SharedArrayBuffer(4 * CONTROL_WORDS);
  const messages: TrainerMessage[] = [];
  const input: TrainerInput = {
    specification: specification({
      dataset: { name: 'synthetic', height: 8, width: 8, channels: 1, classes: 4, train: 32, test: 8 },
      pruning: pruningAfter(1, {
        layers: { kinds: [], names: ['fc'], except: [] },
        sparsity: 0.999,
        onCollapse: 'stop',
      }),
    }),
    seed: 1,
    application: 'test',
    threads: 1,
    gpu: null,
    compile: null,
    checkpoint: null,
    shared: null,
    rewind: null,
    masks: null,
    datasetHash: null,
    checkpointEvery: null,
    checkpointEpochs: [],
    until: null,
    control,
    ledger: createLedger(),
  };
  await runTraining(input, (message) => {
    messages.push(message);
    if (message.type === 'epoch') Atomics.add(new Int32Array(control), CONTROL_ACKNOWLEDGED, 1);
  });
  expect(messages.filter(({ type }) => type === 'epoch')).toHaveLength(2);
  expect(messages.at(-1)).toMatchObject({
    type: 'failed',
    code: 'LAYER_COLLAPSED',
    message: 'Every weight of fc was pruned, and the study says to stop there (onCollapse: stop).',
  });
});
