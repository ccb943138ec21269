import { describe, expect, it, vi } from 'vitest';
import { epochsIn } from '../../../common/epoch-spans.ts';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  smallImages,
  studyText,
  type Station,
} from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const PRUNING = pruningAt(3, 0.6);
const ADAM = { name: 'adam', weightDecay: 1e-3 };
const RATE = { name: 'steps', rate: 0.002, milestones: [1, 2], factor: 0.5 };
const shared = { epochs: 3, optimizer: ADAM, learningRate: RATE, pruning: PRUNING };

const ARMS = [
  { name: 'fine-tuned', retraining: { name: 'fine-tune', epochs: 2 } },
  { name: 'rewound', retraining: { name: 'weight-rewinding', to: 1 } },
  { name: 'rewound within an epoch', retraining: { name: 'weight-rewinding', to: '15it' } },
  { name: 'pruned within an epoch', pruning: { ...PRUNING, schedule: { name: 'one-shot', epoch: '17it' } } },
  {
    name: 'iterative',
    pruning: { ...PRUNING, schedule: { name: 'iterative', rounds: 2 } },
    retraining: { name: 'learning-rate-rewinding', epochs: 1 },
  },
];

/** Each run of a study by its arm. */
async function trained(station: Station, text: string): Promise<Map<string, string>> {
  const runs = await station.start(text);
  const summaries = await allEnded(station, runs);
  expect(summaries.map(({ state, reason }) => reason ?? state)).toEqual(runs.map(() => 'finished'));
  return new Map(summaries.map(({ id, memberships }) => [memberships[0]!.arm, id]));
}

describe('runs that share their first epochs', () => {
  it('take them from a trunk that is trained once, and come to the bits that they have alone', async () => {
    const images = smallImages();
    const together = await openStation({ concurrency: 2 });
    const runs = await trained(together, studyText({ images, shared, arms: ARMS }));
    expect([...runs.keys()].some((arm) => arm.startsWith('trunk of fine-tuned, '))).toBe(true);

    for (const { name, ...settings } of ARMS) {
      const id = runs.get(name)!;
      const { summary, events } = await together.services.getRun(id);
      const [branched] = events.filter(({ kind }) => kind === 'branched');
      expect(summary.trunk, name).not.toBeNull();
      expect(branched?.data, name).toMatchObject({ trunk: summary.trunk!.id, first: 0 });

      const alone = await openStation();
      const lonely = studyText({ images, shared, arms: [{ name, control: false, ...settings }] });
      expect([...(await trained(alone, lonely)).values()]).toEqual([id]);
      expect((await alone.services.getRun(id)).events.some(({ kind }) => kind === 'branched')).toBe(false);
      expect(await bitsOf(together, id), name).toEqual(await bitsOf(alone, id));
      // What is left of the log is the same too, but for whence the epochs came.
      const told = async ({ services }: Station) =>
        (await services.getRun(id)).events
          .filter(({ epoch, kind }) => epoch !== null && kind !== 'branched')
          .map(({ kind, epoch, message }) => [kind, epoch, message]);
      expect(await told(together), name).toEqual(await told(alone));
    }
  });

  it('have their excess over their control from the first epoch on', async () => {
    const station = await openStation();
    const runs = await trained(station, studyText({ images: smallImages(), shared, arms: [ARMS[0]!] }));
    const excess = await station.services.excess(runs.get('fine-tuned')!);
    expect(excess.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
    // Before anything is pruned the two are one.
    for (const { excess: shares } of excess.slice(0, 3))
      expect(Object.values(shares).every((share) => share === 0)).toBe(true);
  });

  it('need no trunk to go on: it may be deleted', async () => {
    const station = await openStation();
    const runs = await trained(station, studyText({ images: smallImages(), shared, arms: ARMS.slice(0, 2) }));
    const [, trunk] = [...runs].find(([arm]) => arm.startsWith('trunk'))!;
    const id = runs.get('rewound')!;
    // The weights of the epochs that it was given are there as long as the trunk is.
    expect(epochsIn((await station.services.getRun(id)).checkpoints)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await station.services.weights(id, 2)).toEqual(await station.services.weights(trunk, 2));
    expect(await station.services.weights(id, 3)).not.toEqual(await station.services.weights(trunk, 3));
    const before = await bitsOf(station, id);
    await station.services.remove(trunk);
    expect(epochsIn((await station.services.getRun(id)).checkpoints)).toEqual([3, 4, 5]);
    expect((await station.services.getRun(id)).summary.trunk).toBeNull();
    expect(await bitsOf(station, id)).toEqual(before);
  });
});
