import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { epochsIn } from '../../../common/epoch-spans.ts';
import { unpackBits } from '../../../main/codec/planes.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { planeBytes, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { allEnded, bitsOf, openStation, smallImages, studyText, type Station } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const ADAM = { name: 'adam', weightDecay: 1e-3 };
const RATE = { name: 'steps', rate: 0.002, milestones: [1, 2], factor: 0.5 };
const shared = { epochs: 2, optimizer: ADAM, learningRate: RATE };
const criterion = { criterion: 'random', sparsity: 0.6 };
const rounds = { ...criterion, schedule: { name: 'iterative', rounds: 3 } };

/** Five hundred images in batches of fifty are ten steps an epoch. */
const ARMS = [
  // One epoch a round: the rewinding before it and the pruning after it fall into the epoch where the trunk is left.
  { name: 'rewound to an epoch', pruning: rounds, retraining: { name: 'weight-rewinding', to: 1 } },
  { name: 'rewound to a step', pruning: rounds, retraining: { name: 'weight-rewinding', to: '15it' } },
  { name: 'drawn anew', pruning: rounds, retraining: { name: 'reinitialise' } },
  { name: 'short rounds', pruning: rounds, retraining: { name: 'fine-tune', epochs: '14it' } },
  {
    name: 'in the course of an epoch',
    pruning: {
      ...criterion,
      schedule: {
        name: 'listed',
        prunings: [
          { after: '4it', sparsity: 0.3 },
          { after: '12it', sparsity: 0.4 },
          { after: '17it', sparsity: 0.6 },
        ],
      },
    },
  },
  {
    name: 'within the shared epoch',
    pruning: {
      ...criterion,
      schedule: {
        name: 'listed',
        prunings: [
          { after: '14it', sparsity: 0.3 },
          { after: 2, sparsity: 0.6 },
        ],
      },
    },
    retraining: { name: 'fine-tune', epochs: 1 },
  },
];

/** Each run of a study by its arm. */
async function trained(station: Station, text: string): Promise<Map<string, string>> {
  const runs = await station.start(text);
  const summaries = await allEnded(station, runs);
  expect(summaries.map(({ state, reason }) => reason ?? state)).toEqual(runs.map(() => 'finished'));
  return new Map(summaries.map(({ id, memberships }) => [memberships[0]!.arm, id]));
}

/** Bits of a plane of all layers after an epoch. */
async function bits({ services }: Station, id: string, epoch: number, plane: number): Promise<number[]> {
  const { network } = await services.getRun(id);
  const found: Uint8Array[] = [];
  for (const { name, weights } of network!.layers) {
    const { body } = decodeFrame('planes', (await services.planes(id, epoch, name)).buffer);
    found.push(unpackBits(body.subarray(plane * planeBytes(weights)), weights));
  }
  return found.flatMap((layer) => [...layer]);
}

/** What is told of the training itself, but for whence its epochs came. */
async function told({ services }: Station, id: string): Promise<unknown[]> {
  return (await services.getRun(id)).events
    .filter(({ epoch, kind }) => epoch !== null && kind !== 'branched')
    .map(({ kind, epoch, message, data }) => [kind, epoch, message, data]);
}

describe.each(ARMS)('a run and the control that kept its previous mask: $name', ({ name, ...settings }) => {
  it('are one until the last pruning, and then each what it is alone', async () => {
    const images = smallImages();
    const station = await openStation();
    const arm = { name, control: ['dense', 'previous-mask'], ...settings };
    const runs = await trained(station, studyText({ images, shared, arms: [arm] }));
    expect([...runs.keys()]).toEqual([
      `control of ${name}`,
      `control of ${name} without the last pruning`,
      name,
    ]);
    const [, control, run] = [...runs.values()] as [string, string, string];
    const { summary, events } = await station.services.getRun(run);
    const last = events.findLast(({ kind }) => kind === 'pruned')!;
    const within = 'step' in last.data;
    const shares = within ? last.epoch! - 1 : last.epoch!;
    expect(summary.previousMask!.control).toBe(control);
    expect(summary.trunk).toEqual({ id: control, epoch: shares });
    const [branched] = events.filter(({ kind }) => kind === 'branched');
    expect(branched!.data).toEqual({ trunk: control, first: 0, last: within ? shares : shares - 1 });

    await checkMasks(station, { run, control, last: last.epoch! });
    await checkExcess(station, { run, control });

    const alone = await openStation();
    await trained(alone, studyText({ images, shared, arms: [{ ...arm, control: false }] }));
    expect(await bitsOf(station, run)).toEqual(await bitsOf(alone, run));
    expect(await told(station, run)).toEqual(await told(alone, run));
  });
});

/** Equal masks before the epoch of the last pruning; from then on the control keeps what it has, and more than the run. */
async function checkMasks(
  station: Station,
  { run, control, last }: { run: string; control: string; last: number },
): Promise<void> {
  const { epochsTotal } = (await station.services.getRun(run)).summary;
  const keptOn = await bits(station, control, last, PRUNED_PLANE);
  for (let epoch = 0; epoch <= epochsTotal; epoch++) {
    const [own, other] = [
      await bits(station, run, epoch, PRUNED_PLANE),
      await bits(station, control, epoch, PRUNED_PLANE),
    ];
    if (epoch < last) {
      expect(other).toEqual(own);
      continue;
    }
    expect(other).toEqual(keptOn);
    expect(other.every((bit, index) => bit <= own[index]!)).toBe(true);
    expect(sumOf(own)).toBeGreaterThan(sumOf(other));
  }
  expect(sumOf(keptOn)).toBeGreaterThan(0);
}

/** The excess of every epoch by hand: of the weights that the run kept, the share that is shed in it and in its control. */
async function checkExcess(
  station: Station,
  { run, control }: { run: string; control: string },
): Promise<void> {
  const { summary, thresholds } = await station.services.getRun(run);
  const excess = await station.services.excess(run, 'previous-mask');
  const threshold = thresholds.findIndex((entry) => thresholdLabel(entry) === '1e-2');
  for (let epoch = 0; epoch <= summary.epochsTotal; epoch++) {
    const pruned = await bits(station, run, epoch, PRUNED_PLANE);
    const shedOf = async (id: string): Promise<number> => {
      const shed = await bits(station, id, epoch, shedPlane(threshold));
      return sumOf(shed.filter((_, index) => pruned[index] === 0)) / (pruned.length - sumOf(pruned));
    };
    const [own, other] = [await shedOf(run), await shedOf(control)];
    expect(own).toBeGreaterThan(0);
    expect(excess[epoch]!.excess['1e-2']).toBe(own - other);
  }
  expect(excess).toHaveLength(summary.epochsTotal + 1);
  expect(summary.previousMask!.excess).toEqual(excess.at(-1)!.excess);
  if (summary.control === null) return;
  // Over the dense control it is another one.
  const [dense] = (await station.services.excess(run)).slice(-1);
  expect(summary.excess).toEqual(dense!.excess);
  expect(dense!.run).toEqual(excess.at(-1)!.run);
  expect(dense!.control).not.toEqual(excess.at(-1)!.control);
}

function sumOf(bits: readonly number[]): number {
  return bits.reduce((sum, bit) => sum + bit, 0);
}

it('a previous-mask control alone is a control, and no dense one is trained', async () => {
  const station = await openStation();
  const arm = { ...ARMS[0]!, control: 'previous-mask' };
  const runs = await trained(station, studyText({ images: smallImages(), shared, arms: [arm] }));
  const [control, run] = [...runs.values()] as [string, string];
  expect(runs.size).toBe(2);
  const { summary } = await station.services.getRun(run);
  expect(summary).toMatchObject({ control: null, excess: null, previousMask: { control } });
  expect(await station.services.excess(run)).toEqual([]);
  await checkExcess(station, { run, control });
});

describe('a control of every step', () => {
  it('is a chain of trunks, whose weights are those of every run that leaves it', async () => {
    const images = smallImages();
    const station = await openStation({ concurrency: 2 });
    const arm = {
      name: 'rounds',
      control: 'every-step',
      pruning: rounds,
      retraining: { name: 'learning-rate-rewinding', epochs: 1 },
    };
    const runs = await trained(station, studyText({ images, shared, arms: [arm] }));
    expect([...runs.keys()]).toEqual([
      'control of rounds',
      'control of rounds without the last 2 prunings',
      'control of rounds without the last pruning',
      'rounds',
    ]);
    const ids = [...runs.values()];
    const [dense, first, second, run] = ids as [string, string, string, string];
    const summaries = await Promise.all(ids.map(async (id) => (await station.services.getRun(id)).summary));
    expect(
      summaries.map(({ control, previousMask, trunk }) => [control, previousMask?.control, trunk]),
    ).toEqual([
      [null, undefined, null],
      [dense, undefined, { id: dense, epoch: 2 }],
      [dense, first, { id: first, epoch: 3 }],
      [dense, second, { id: second, epoch: 4 }],
    ]);
    // Every epoch's weights are at hand, from the trunk that has them nearest.
    const { checkpoints } = await station.services.getRun(run);
    expect(epochsIn(checkpoints)).toEqual([0, 1, 2, 3, 4, 5]);
    const weights = async (id: string, epoch: number) =>
      createHash('sha256')
        .update(await station.services.weights(id, epoch))
        .digest('hex');
    expect(await weights(run, 1)).toBe(await weights(dense, 1));
    expect(await weights(run, 2)).toBe(await weights(first, 2));
    expect(await weights(run, 2)).not.toBe(await weights(dense, 2));
    expect(await weights(run, 3)).toBe(await weights(second, 3));
    expect(await weights(run, 3)).not.toBe(await weights(first, 3));

    const alone = await openStation();
    await trained(alone, studyText({ images, shared, arms: [{ ...arm, control: false }] }));
    expect(await bitsOf(station, run)).toEqual(await bitsOf(alone, run));
    await expect(station.services.remove(second)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
