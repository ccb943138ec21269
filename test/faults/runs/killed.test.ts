import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { generator } from '../../../main/trainer/random.ts';
import { bitsOf, pruningAt, smallImages, studyText, temporaryFolder } from '../../main/runs/fixtures.ts';
import { asServices, live, opened, type KillMoment } from './lives.ts';

const EPOCHS = 10;

/** Studies that are killed again and again, each in a workspace of its own. */
const STUDIES = [
  { name: 'lenet-sgd', model: 'lenet-300-100', optimizer: { name: 'sgd', weightDecay: 1e-3 }, rate: 0.05 },
  { name: 'lenet-adam', model: 'lenet-300-100', optimizer: { name: 'adam', weightDecay: 1e-3 }, rate: 0.002 },
  {
    name: 'depthwise-sgd',
    model: 'depthwise-separable',
    optimizer: { name: 'sgd', weightDecay: 1e-3 },
    rate: 0.05,
  },
  {
    name: 'depthwise-adam',
    model: 'depthwise-separable',
    optimizer: { name: 'adam', weightDecay: 1e-3 },
    rate: 0.002,
  },
];

/** The moments of one workspace: two while it opens, most during training, one at each end of a run. */
function momentsOf(seed: number): KillMoment[] {
  const random = generator(seed, 'moments of kills');
  const upTo = (limit: number): number => ((random.next() >>> 0) / 2 ** 32) * limit;
  const within = (run: number, epoch: number): KillMoment => ({
    milliseconds: upTo(60),
    after: { run, epoch },
  });
  return [
    { milliseconds: upTo(600), after: null },
    { milliseconds: 300 + upTo(900), after: null },
    ...[0, 1, 3, 4, 6, EPOCHS].map((epoch) => within(0, epoch)),
    { milliseconds: 300 + upTo(900), after: null },
    ...[0, 2, 4, 7, EPOCHS].map((epoch) => within(1, epoch)),
  ];
}

const kills = { opening: 0, training: 0, ending: 0 };

/** Kills a study at every one of its moments, looks at what is left, and lets it come to its end. */
async function torment(
  text: string,
  runs: string[],
  moments: KillMoment[],
  expected: Map<string, unknown>,
): Promise<void> {
  const folder = temporaryFolder();
  const study = join(folder, 'study.yaml');
  const workspace = join(folder, 'workspace');
  writeFileSync(study, text);
  const acknowledged = new Map<string, number>();
  const finished = new Set<string>();
  for (const moment of moments) {
    const life = await live(study, workspace, runs, moment);
    for (const [id, epoch] of life.acknowledged)
      acknowledged.set(id, Math.max(epoch, acknowledged.get(id) ?? 0));
    for (const id of life.finished) finished.add(id);
    if (!life.killed) continue;
    kills[!moment.after ? 'opening' : moment.after.epoch === EPOCHS ? 'ending' : 'training']++;
    await opened(workspace, async (after) => {
      const known = new Map((await after.listRuns()).map((run): [string, RunSummary] => [run.id, run]));
      for (const id of acknowledged.keys()) {
        const { state, reason } = known.get(id)!;
        if (finished.has(id)) expect(state).toBe('finished');
        else if (state !== 'finished') {
          expect(state).toBe('interrupted');
          expect(reason).toMatch(/ended while this run was (queued|running)/);
        }
        const epochs = await after.epochs(id);
        expect(epochs.length - 1).toBeGreaterThanOrEqual(acknowledged.get(id)!);
        expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, index) => index));
        // Its own weights, or those of the trunk that gave it the epoch.
        const last = (await after.checkpointEpochs(id)).at(-1)!;
        expect(last).toBeGreaterThanOrEqual(acknowledged.get(id)!);
        await after.checkpoint(id, last);
      }
    });
  }
  const { killed } = await live(study, workspace, runs, null);
  expect(killed).toBe(false);
  await opened(workspace, async (after) => {
    for (const id of runs) {
      expect((await after.getRun(id)).summary.state).toBe('finished');
      expect(await bitsOf({ services: asServices(after), folder: workspace }, id)).toEqual(expected.get(id));
      const kinds = (await after.getRun(id)).events.map(({ kind }) => kind);
      expect(kinds).not.toContain('diverged-on-replay');
      expect(kinds.filter((kind) => kind === 'pruned').length).toBe(id === runs[1] ? 1 : 0);
    }
    expect(await after.excess(runs[1]!)).toHaveLength(EPOCHS + 1);
  });
}

it(
  'killed at 50 moments and more, runs lose nothing and come to the same bits',
  { timeout: 600_000 },
  async () => {
    const images = smallImages();
    const texts = STUDIES.map(({ name, model, optimizer, rate }) =>
      studyText({
        images,
        name,
        shared: { model, optimizer, learningRate: { name: 'constant', rate }, epochs: EPOCHS },
        arms: [{ name: 'pruned', pruning: pruningAt(4) }],
      }),
    );
    // Never interrupted, by the same command.
    const undisturbed = temporaryFolder();
    const runsOf: string[][] = [];
    for (const [index, text] of texts.entries()) {
      const study = join(undisturbed, `${index}.yaml`);
      writeFileSync(study, text);
      const { acknowledged } = await live(study, join(undisturbed, 'workspace'), [], null);
      runsOf.push([...acknowledged.keys()]);
    }
    const expected = new Map<string, unknown>();
    await opened(join(undisturbed, 'workspace'), async (workspace) => {
      for (const id of runsOf.flat())
        expected.set(
          id,
          await bitsOf({ services: asServices(workspace), folder: join(undisturbed, 'workspace') }, id),
        );
    });
    expect(expected.size).toBe(8);

    // Two workspaces at a time.
    const waiting = texts.map((text, index) => ({ text, index }));
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        await torment(next.text, runsOf[next.index]!, momentsOf(next.index), expected);
    };
    await Promise.all([worker(), worker()]);
    expect(kills.opening + kills.training + kills.ending).toBeGreaterThanOrEqual(50);
    expect(kills.opening).toBeGreaterThanOrEqual(8);
    expect(kills.training).toBeGreaterThanOrEqual(28);
  },
);
