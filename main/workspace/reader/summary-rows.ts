import type { RunState, RunSummary, StateShares } from '../../../common/contract/schemas.ts';
import { factsOf, type RunFacts } from './run-facts.ts';
import { prepared, type Connection } from '../database.ts';
import { byLabel, share } from './shares.ts';

/** Summaries of runs from one row each: what is counted of their last epochs, and of their excess. */

interface SummaryRow {
  number: number;
  id: string;
  hash: string;
  seed: number;
  control: string | null;
  previous_mask: string | null;
  trunk: string | null;
  trunk_epoch: number | null;
  priority: number;
  epochs_total: number;
  prunes: number;
  state: RunState;
  reason: string | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  epoch: number | null;
  test_accuracy: number | null;
  validation_accuracy: number | null;
  weights: number;
  pruned: number;
  inert: number;
  zero: number;
  shed: string | null;
  data: string | null;
  dense_epoch: number | null;
  dense_counts: string | null;
  previous_epoch: number | null;
  previous_counts: string | null;
  tags: string | null;
  note: string | null;
  starred: number;
  binned_at: number | null;
}

/** The excess over a control of the last epoch that both have, as `name`. */
const lastExcess = (name: string, column: string): string => `
  left join excess_totals as ${name} on ${name}.run = runs.number and ${name}.control = runs.${column}
    and ${name}.epoch = (select max(epoch) from excess_totals where run = runs.number and control = runs.${column})`;
const counts = (name: string): string =>
  `'[' || ${name}.kept || ',' || ${name}.shed || ',' || ${name}.control_shed || ']'`;

const SUMMARY = `
  select runs.number, runs.id, hash, seed, epochs_total, prunes, state, reason, created_at, started_at, ended_at,
    (select id from runs as twin where twin.number = runs.control) as control,
    (select id from runs as twin where twin.number = runs.previous_mask) as previous_mask,
    (select id from runs as stem where stem.number = runs.trunk) as trunk, trunk_epoch, priority,
    (select environment ->> '$.datasetHash' from environments where run = runs.number) as data,
    epochs.epoch, test_accuracy, validation_accuracy, weights, pruned, inert, zero, epochs.shed,
    dense.epoch as dense_epoch, ${counts('dense')} as dense_counts,
    (select json_group_array(tag) from (select tag from tags where run = runs.number order by tag)) as tags,
    note, starred, binned_at,
    previous.epoch as previous_epoch, ${counts('previous')} as previous_counts
  from runs
  left join epochs on epochs.run = runs.number and epochs.epoch = (select max(epoch) from epochs where run = runs.number)
  ${lastExcess('dense', 'control')}
  ${lastExcess('previous', 'previous_mask')}`;

type Memberships = RunSummary['memberships'];
type MembershipRow = Memberships[number] & { run: number };

const MEMBERSHIPS =
  'select run, memberships.study, memberships.arm, place from memberships left join arms using (study, arm)';
const CHOSEN = '(select value from json_each(?))';

/** Studies and arms of the runs with the numbers, or of all. */
export function membershipsOf(
  database: Connection,
  numbers: readonly number[] | null,
): ReadonlyMap<number, Memberships> {
  const rows = (
    numbers === null
      ? prepared(database, MEMBERSHIPS).all()
      : prepared(database, `${MEMBERSHIPS} where run in ${CHOSEN}`).all(JSON.stringify(numbers))
  ) as MembershipRow[];
  const memberships = new Map<number, Memberships>();
  for (const { run, ...membership } of rows) {
    const known = memberships.get(run);
    if (known) known.push(membership);
    else memberships.set(run, [membership]);
  }
  return memberships;
}

/** Runs with the numbers, or all, the newest first. `progress` is null: only the trainer knows. */
export function summariesOf(database: Connection, numbers: readonly number[] | null): RunSummary[] {
  const rows = (
    numbers === null
      ? prepared(database, `${SUMMARY} order by runs.number desc`).all()
      : prepared(database, `${SUMMARY} where runs.number in ${CHOSEN} order by runs.number desc`).all(
          JSON.stringify(numbers),
        )
  ) as SummaryRow[];
  const memberships = membershipsOf(database, numbers);
  const facts = factsOf(
    database,
    rows.map(({ number }) => number),
  );
  return rows.map((row) => summaryOf(row, memberships.get(row.number) ?? [], facts.get(row.number)!));
}

function summaryOf(row: SummaryRow, memberships: Memberships, facts: RunFacts): RunSummary {
  const { labels } = facts;
  const dense = excessOf(row.dense_epoch, row.dense_counts, labels);
  return {
    id: row.id,
    hash: row.hash,
    seed: row.seed,
    memberships,
    state: row.state,
    reason: row.reason,
    control: row.control,
    masks: facts.masks,
    trunk: row.trunk === null || row.trunk_epoch === null ? null : { id: row.trunk, epoch: row.trunk_epoch },
    priority: row.priority,
    prunes: row.prunes !== 0,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    epochsDone: row.epoch ?? 0,
    epochsTotal: row.epochs_total,
    progress: null,
    testAccuracy: row.test_accuracy,
    validationAccuracy: row.validation_accuracy,
    states: row.shed === null ? null : sharesOf({ ...row, shed: JSON.parse(row.shed) as number[] }, labels),
    ...dense,
    previousMask:
      row.previous_mask === null
        ? null
        : {
            control: row.previous_mask,
            ...excessOf(row.previous_epoch, row.previous_counts, labels),
          },
    model: facts.model,
    optimizer: facts.optimizer,
    criterion: facts.criterion,
    data: facts.dataHash ?? row.data,
    dataPinned: facts.dataHash !== null,
    tags: row.tags === null || row.tags === '[]' ? [] : (JSON.parse(row.tags) as string[]),
    note: row.note,
    starred: row.starred !== 0,
    binnedAt: row.binned_at,
  };
}

/** By threshold; one that the control does not measure is left out. */
function excessOf(
  epoch: number | null,
  counts: string | null,
  labels: readonly string[],
): Pick<RunSummary, 'excess' | 'excessEpoch'> {
  if (epoch === null || counts === null) return { excess: null, excessEpoch: null };
  const [kept, shed, control] = JSON.parse(counts) as [number, number[], (number | null)[]];
  const excess: Record<string, number> = {};
  labels.forEach((label, threshold) => {
    const other = control[threshold];
    if (typeof other === 'number') excess[label] = share(shed[threshold]!, kept) - share(other, kept);
  });
  return { excess, excessEpoch: epoch };
}

/**
 * Counts as shares: pruned and zero of all weights, where zero is pruned or exactly 0; shed and inert of the kept
 * ones, and 0 where none is kept.
 */
export function sharesOf(
  counts: { weights: number; pruned: number; inert: number; zero: number; shed: readonly number[] },
  labels: readonly string[],
): StateShares {
  const { weights, pruned, inert, zero, shed } = counts;
  const kept = weights - pruned;
  return {
    pruned: share(pruned, weights),
    shed: byLabel(labels, (threshold) => share(shed[threshold] ?? 0, kept)),
    inertAtLeast: share(inert, kept),
    zero: share(pruned + zero, weights),
  };
}
