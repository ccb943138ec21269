import type { RunSummary } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import {
  EVENTS_BEFORE_EPOCH,
  EVENTS_OF_EPOCH,
  type Compilation,
  type RunEnvironment,
} from '../../common/records.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { branchOf } from '../trainer/branch.ts';
import type { SharedEpoch } from '../trainer/messages.ts';
import { planTraining } from '../trainer/training-plan.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What decides the bits of a new run beside its specification, and the epochs that it need not train itself. */
export interface StartingPoint {
  threads: number;
  compile: Compilation | null;
  datasetHash: string;
  /** Where it leaves its trunk; null where it trains from the first epoch. */
  trunk: {
    /** Last epoch that it was given; -1 for none. */
    given: number;
    checkpoint: Uint8Array<ArrayBuffer>;
    shared: SharedEpoch | null;
    rewind: Uint8Array<ArrayBuffer> | null;
  } | null;
}

type Known = Pick<RunEnvironment, 'threads' | 'datasetHash' | 'application' | 'engine' | 'device'> & {
  /** Missing in what earlier versions stored, where there was no choice. */
  compile?: Compilation | null;
};

/**
 * How a run begins that has not begun: as its controls do, since they are equal until one is pruned, and with the
 * epochs of its trunk where that one was trained in the same way and has the weights. The epochs are then given to the
 * run in the workspace. Null where neither has begun: the run is then free.
 *
 * @param own environment of a run that has begun, but has no weights yet to go on from
 */
export async function findStartingPoint(
  workspace: Workspace,
  summary: RunSummary,
  specification: RunSpecification,
  own: Known | null,
): Promise<StartingPoint | null> {
  const environmentOf = async (id: string | null): Promise<Known | null> =>
    id === null ? null : ((await workspace.environment(id)) as Known | null);
  const control =
    own ??
    (await environmentOf(summary.control)) ??
    (await environmentOf(summary.previousMask?.control ?? null));
  const trunk = summary.trunk && (await environmentOf(summary.trunk.id));
  const decides = control ?? trunk;
  if (!decides) return null;
  const { threads, datasetHash } = decides;
  const usable = trunk !== null && (control === null || sameBits(trunk, control));
  const compile = decides.compile ?? null;
  return {
    threads,
    compile,
    datasetHash,
    trunk: usable ? await leaveTrunk(workspace, summary, specification) : null,
  };
}

/**
 * Hash of the data that a run has to be trained on: its own where it has begun, what its specification asks for, that of
 * its controls, or that of another run of its studies that names the same data. Null where none has begun.
 */
export async function expectedData(
  workspace: Workspace,
  { id, memberships }: RunSummary,
  { dataset, dataHash }: RunSpecification,
  own: Pick<RunEnvironment, 'datasetHash'> | null,
  startingPoint: Pick<StartingPoint, 'datasetHash'> | null,
): Promise<string | null> {
  const decided = own?.datasetHash ?? dataHash ?? startingPoint?.datasetHash;
  if (decided) return decided;
  const studies = memberships.map(({ study }) => study);
  return workspace.trainedData(studies, dataset, id);
}

function sameBits(one: Known, other: Known): boolean {
  const facts = ['threads', 'datasetHash', 'application', 'engine'] as const;
  // Which of several GPUs of one kind it was decides nothing.
  const kind = ({ device }: Known): string => device.replace(/:\d+$/, '');
  return (
    facts.every((fact) => one[fact] === other[fact]) &&
    kind(one) === kind(other) &&
    (one.compile ?? null) === (other.compile ?? null)
  );
}

async function leaveTrunk(
  workspace: Workspace,
  { id, trunk }: RunSummary,
  specification: RunSpecification,
): Promise<StartingPoint['trunk']> {
  if (!trunk) return null;
  const epochs = await workspace.checkpointEpochs(trunk.id);
  if (!epochs.includes(trunk.epoch)) return null;
  const { specification: trunkSpecification, stepsPerEpoch: steps } = await workspace.getRun(trunk.id);
  // A trunk that an earlier version planned: the run trains those epochs itself, to the same bits.
  if (steps === null) return null;
  const { prunings } = planTraining(trunkSpecification, steps);
  const branch = branchOf(planTraining(specification, steps), steps, prunings.length);
  if (branch?.epoch !== trunk.epoch) return null;
  if (branch.rewindEpoch !== null && !epochs.includes(branch.rewindEpoch)) return null;
  const weightsAfter = (epoch: number) => intactCheckpoint(workspace, trunk.id, epoch);
  const checkpoint = await weightsAfter(branch.epoch);
  const rewind = branch.rewindEpoch === null ? null : await weightsAfter(branch.rewindEpoch);
  if (!checkpoint || (branch.rewindEpoch !== null && !rewind)) return null;
  const given = branch.prunes ? branch.epoch - 1 : branch.epoch;
  await workspace.adoptEpochs(id, trunk.id, given);
  return {
    given,
    checkpoint,
    shared: branch.prunes ? await sharedEpoch(workspace, trunk.id, branch.epoch) : null,
    rewind,
  };
}

/** Null for one that is damaged: the run then trains those epochs itself. */
async function intactCheckpoint(
  workspace: Workspace,
  id: string,
  epoch: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return (await workspace.checkpoint(id, epoch)).bytes;
  } catch (error) {
    if (error instanceof CascadeError && error.code === 'CHECKPOINT_CORRUPT') return null;
    throw error;
  }
}

async function sharedEpoch(workspace: Workspace, trunk: string, last: number): Promise<SharedEpoch> {
  const { steps, trainLoss, trainAccuracy, trainingSeconds } = await workspace.epoch(trunk, last);
  const events = await workspace.eventsOfEpochs(trunk, last - 1, last);
  return {
    steps,
    loss: trainLoss,
    accuracy: trainAccuracy,
    seconds: trainingSeconds,
    // That the rate changed is told anew by the epoch's record.
    events: events
      .filter(({ kind }) => kind !== 'rate-changed')
      .filter(({ kind, epoch }) =>
        EVENTS_BEFORE_EPOCH.includes(kind)
          ? epoch === last - 1
          : EVENTS_OF_EPOCH.includes(kind) && epoch === last,
      )
      .map(({ kind, epoch, message, data }) => ({ kind, epoch, message, data })),
  };
}
