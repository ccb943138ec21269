import type { RunDetail } from '../../../common/contract/schemas.ts';
import { epochSpans } from '../../../common/epoch-spans.ts';
import { prepared, type Connection } from '../database.ts';
import { checkpointEpochs } from './checkpoints.ts';
import { eventsOf } from './events.ts';
import { networkOf } from './network.ts';
import { markedMoments } from './predictions.ts';
import type { StoredRun } from './stored-run.ts';
import { getSummary } from './summaries.ts';

/** What there is to know of a run beside its epochs. */
export function getRun(database: Connection, run: StoredRun): RunDetail {
  const plan = prepared(
    database,
    'select steps_per_epoch as steps, pruning_epochs as prunings from runs where number = ?',
  ).get(run.number) as { steps: number | null; prunings: string | null };
  return {
    summary: getSummary(database, run),
    specification: run.specification,
    thresholds: run.specification.thresholds,
    network: networkOf(database, run),
    environment: environmentOf(database, run),
    ...eventsOf(database, run.number),
    checkpoints: epochSpans(checkpointEpochs(database, run)),
    stepsPerEpoch: plan.steps,
    pruningEpochs:
      plan.prunings === null ? prunedSoFar(database, run.number) : (JSON.parse(plan.prunings) as number[]),
    predictions: markedMoments(database, run.number),
  };
}

/** What a run was trained by; null for one that has not begun. Earlier versions kept less of it. */
export function environmentOf(database: Connection, run: StoredRun): Record<string, unknown> | null {
  const text = prepared(database, 'select environment from environments where run = ?')
    .pluck()
    .get(run.number) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
}

/** Epochs after which weights were pruned, of a run whose plan was not kept. */
function prunedSoFar(database: Connection, run: number): number[] {
  return prepared(
    database,
    "select distinct epoch from events where run = ? and kind = 'pruned' and epoch is not null order by epoch",
  )
    .pluck()
    .all(run) as number[];
}
