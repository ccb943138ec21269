import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generator, integer } from '../../../main/trainer/random.ts';
import type { RunEvent } from '../../../common/records.ts';
import { bitsOf, temporaryFolder } from '../../main/runs/fixtures.ts';
import {
  IMAGES,
  PARTS,
  pairwise,
  specificationOf,
  type Combination,
} from '../../main/trainer/session/combinations.ts';
import { asServices, live, opened, type KillMoment } from './lives.ts';

/**
 * Every optimizer, schedule, retraining, kind of rate and all else that a run is made of, killed at random moments. The
 * moments are others each time; CASCADE_KILL_SEED repeats those of a run that failed.
 */
const seed = Number(process.env['CASCADE_KILL_SEED'] ?? Date.now() % 1_000_000);
/** Kills besides those of each run. */
const MORE_KILLS = 6;

/** Combinations in which every choice is made at least once. */
function sample(): Combination[] {
  const missing = new Set(
    Object.entries(PARTS).flatMap(([part, choices]) => Object.keys(choices).map((each) => `${part}|${each}`)),
  );
  const choicesOf = (each: Combination): string[] =>
    Object.entries(each).map(([part, choice]) => `${part}|${choice}`);
  const left = pairwise();
  const found: Combination[] = [];
  while (missing.size > 0) {
    const gain = (each: Combination): number =>
      choicesOf(each).filter((choice) => missing.has(choice)).length;
    const best = left.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    found.push(best);
    for (const choice of choicesOf(best)) missing.delete(choice);
  }
  return found;
}

function studyOf(combinations: readonly Combination[]): string {
  const arms = combinations.map((each, index) => {
    const settings: Record<string, unknown> = { ...specificationOf(each) };
    // Said once for all, or following from the rest.
    for (const key of ['dataset', 'referenceEpoch', 'rounds', 'omittedPrunings', 'thresholds', 'dataHash'])
      delete settings[key];
    return { name: `arm ${index}`, control: false, ...settings } as Record<string, unknown>;
  });
  // Runs that leave a trunk, and rewind to a state that only the trunk has come by.
  const rewound = arms[combinations.findIndex(({ retraining }) => retraining === 'weights of an epoch')];
  arms.push({ ...rewound, name: 'of the same trunk', retraining: { name: 'fine-tune', epochs: 1 } });
  return JSON.stringify({
    study: 'stages',
    seeds: [4],
    // Some epochs are trained again after a kill.
    checkpoints: { every: 2 },
    shared: {
      // Images so large that an epoch takes about as long as the wait for a kill.
      dataset: {
        ...{ name: 'synthetic', height: 32, width: 32, channels: 1, classes: 4 },
        ...{ train: IMAGES, validation: 20, test: 40 },
      },
    },
    arms,
  });
}

/** Two while it opens, then one or more within each run, in order. */
function momentsOf(lastEpochs: readonly number[]): KillMoment[] {
  const random = generator(seed, 'moments of kills');
  const hit = [
    ...lastEpochs.keys(),
    ...Array.from({ length: MORE_KILLS }, () => integer(lastEpochs.length, random)),
  ];
  const within = hit
    .map((run) => ({ run, epoch: integer(lastEpochs[run]!, random) }))
    .sort((a, b) => a.run - b.run || a.epoch - b.epoch);
  return [
    { milliseconds: integer(600, random), after: null },
    { milliseconds: 300 + integer(900, random), after: null },
    ...within.map((after) => ({ milliseconds: integer(40, random), after })),
  ];
}

/** What happened to the weights, in order; not what happened to the process. */
function changesOf(events: readonly RunEvent[]): RunEvent[] {
  const kinds: RunEvent['kind'][] = ['pruned', 'rewound', 'reinitialised', 'rate-changed'];
  return events.filter(({ kind }) => kinds.includes(kind));
}

async function outcomes(workspace: string): Promise<Map<string, unknown>> {
  return opened(workspace, async (after) => {
    const found = new Map<string, unknown>();
    for (const { id, state } of await after.listRuns()) {
      const { events } = await after.getRun(id);
      const bits = await bitsOf({ services: asServices(after), folder: workspace }, id);
      expect(events.map(({ kind }) => kind)).not.toContain('diverged-on-replay');
      found.set(id, {
        state,
        ...bits,
        changes: changesOf(events).map(({ kind, epoch, data }) => [kind, epoch, data]),
      });
    }
    return found;
  });
}

it('killed at random moments, runs of every kind come to the same bits', { timeout: 300_000 }, async () => {
  console.log(`Kills by the seed ${seed}: CASCADE_KILL_SEED=${seed} repeats them.`);
  const folder = temporaryFolder();
  const study = join(folder, 'study.json');
  writeFileSync(study, studyOf(sample()));

  const undisturbed = join(folder, 'undisturbed');
  const { acknowledged } = await live(study, undisturbed, [], null);
  const runs = [...acknowledged.keys()];
  const expected = await outcomes(undisturbed);
  expect([...expected.keys()].sort()).toEqual([...runs].sort());
  const trunks = await opened(
    undisturbed,
    async (after) => (await after.listRuns()).filter(({ trunk }) => trunk !== null).length,
  );
  expect(trunks).toBeGreaterThanOrEqual(2);

  const tormented = join(folder, 'tormented');
  const moments = momentsOf([...acknowledged.values()]);
  let kills = 0;
  for (const moment of moments) kills += Number((await live(study, tormented, runs, moment)).killed);
  expect((await live(study, tormented, runs, null)).killed).toBe(false);
  expect(kills, `by the seed ${seed}`).toBeGreaterThan(moments.length / 2);
  const found = await outcomes(tormented);
  expect(found.size).toBe(expected.size);
  for (const [id, outcome] of expected) expect(found.get(id), `${id}, by the seed ${seed}`).toEqual(outcome);
});
