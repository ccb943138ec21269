import { onTestFinished, vi, expect } from 'vitest';
import type { WorkstationEvent } from '../../../common/contract/schemas.ts';
import { Background } from '../../../main/background/background.ts';
import { RunManager } from '../../../main/runs/run-manager.ts';
import type { ThreadStart } from '../../../main/runs/trainer-thread.ts';
import { planStudy } from '../../../main/studies/plan-study.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { smallImages, studyText, temporaryFolder } from '../../main/runs/fixtures.ts';

export interface ManagerOptions {
  /** A run of LeNet for each. */
  seeds: number[];
  concurrency?: number;
  epochs?: number;
  thread?: ThreadStart;
  /** What the manager is to take for the workspace. */
  disguise?(workspace: Workspace): Workspace;
}

/** A manager of runs over a workspace of its own, with one run for each seed added but not queued. */
export async function openManager({ seeds, concurrency = 1, epochs = 4, thread, disguise }: ManagerOptions) {
  const workspace = await openWorkspace(temporaryFolder(), { application: 'test' });
  const background = new Background();
  const events: WorkstationEvent[] = [];
  /** How many tensors were freed for each thread that could not do so itself. */
  const reclaimed: number[] = [];
  const manager = new RunManager({
    workspace: disguise?.(workspace) ?? workspace,
    application: 'test',
    concurrency,
    threads: 1,
    emit: (event) => events.push(event),
    gpus: 0,
    onPrepared: () => undefined,
    onProblems: () => undefined,
    reclaim: async (ledger) => void reclaimed.push(await background.call('reclaim', [ledger])),
    ...(thread ? { thread } : {}),
  });
  onTestFinished(async () => {
    await manager.close();
    await background.close();
    await workspace.close();
  });
  const text = studyText({ images: smallImages(), seeds, shared: { epochs }, arms: [{ name: 'control' }] });
  const { plan } = await planStudy(text);
  const { runs } = plan!;
  for (const { id, hash, seed, specification, stepsPerEpoch, pruningEpochs } of runs)
    await workspace.addRun({
      id,
      hash,
      seed,
      specification,
      control: null,
      previousMask: null,
      trunk: null,
      checkpointEvery: null,
      priority: 0,
      epochsTotal: epochs,
      stepsPerEpoch,
      pruningEpochs,
      prunes: false,
      study: 'test',
      arm: 'control',
      named: true,
    });
  const ids = runs.map(({ id }) => id);
  const stateOf = async (id: string): Promise<string> => manager.show(await workspace.summary(id)).state;
  /** Waits until each run is in a state that fits. */
  const until = (fits: RegExp, which = ids): Promise<void> =>
    vi.waitFor(
      async () => {
        for (const id of which) expect(await stateOf(id)).toMatch(fits);
      },
      { timeout: 60_000, interval: 50 },
    );
  return { workspace, manager, events, reclaimed, ids, until, stateOf };
}
