import { EVENTS_BEFORE_EPOCH, EVENTS_OF_EPOCH } from '../../../common/records.ts';
import { layersOf } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { insertEvent, type RunRow } from './runs.ts';
import { lastEpoch } from './epochs.ts';

/**
 * Gives a run the first epochs of its trunk, with which it is equal to the bit: their records, planes, channel tables,
 * answers, and the events of the training. Epochs that the run has already stay as they are. The trunk's end is not the
 * run's: the predictions that were kept of it are left behind.
 *
 * @returns how many epochs were given
 */
export function adoptEpochs(database: Connection, run: RunRow, trunk: RunRow, last: number): number {
  const first = (lastEpoch(database, run.number) ?? -1) + 1;
  const end = Math.min(last, lastEpoch(database, trunk.number) ?? -1);
  if (first > end) return 0;
  const range = { run: run.number, trunk: trunk.number, first, end };
  copyRows(database, 'epochs', range);
  copyRows(database, 'channel_tables', range);
  copyRows(database, 'class_epochs', range);
  copyRows(database, 'magnitudes', range);
  const trunkEnd = prepared(database, 'select epochs_total from runs where number = ?')
    .pluck()
    .get(trunk.number);
  copyRows(database, 'predictions', { ...range, end: Math.min(end, Number(trunkEnd) - 1) });
  prepared(
    database,
    `insert or ignore into layers (run, position, name, weights, channels, macs)
     select ?, position, name, weights, channels, macs from layers where run = ? order by position`,
  ).run(run.number, trunk.number);
  const own = new Map(layersOf(database, run.number).map(({ name, id }) => [name, id]));
  for (const { id, name } of layersOf(database, trunk.number))
    for (const table of ['layer_epochs', 'planes'])
      copyRows(database, table, { layer: own.get(name)!, trunk: id, first, end });
  forgetCountsOfTheTrunk(database, range);
  prepared(
    database,
    `insert into events (run, time, kind, epoch, message, data)
     select :run, time, kind, epoch, message, data from events
     where run = :trunk and (
       (kind in (${quoted(EVENTS_BEFORE_EPOCH)}) and epoch between :first - 1 and :end - 1)
       or (kind in (${quoted(EVENTS_OF_EPOCH)}) and epoch between :first and :end))
     order by id`,
  ).run({ run: run.number, trunk: trunk.number, first, end });
  insertEvent(database, run.number, {
    kind: 'branched',
    epoch: end,
    message: `Epochs ${first} to ${end} are those of the run ${trunk.id}, which is the same until then.`,
    data: { trunk: trunk.id, first, last: end },
  });
  return end - first + 1;
}

/**
 * What is dead on the data is counted after a run's last epoch, and where its first and its last pruning ends an epoch. Of the
 * epochs that a run is given, only that of the first pruning is the same in both.
 */
function forgetCountsOfTheTrunk(
  database: Connection,
  { run, trunk, first, end }: { run: number; trunk: number; first: number; end: number },
): void {
  prepared(
    database,
    `update layer_epochs set dead_on_data = null
     where layer in (select id from layers where run = :run) and epoch between :first and :end
       and epoch is not (
         select iif(json_extract(data, '$.step') is null, epoch, null) from events
         where run = :trunk and kind = 'pruned' order by id limit 1)`,
  ).run({ run, trunk, first, end });
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** Copies the rows of some epochs, all columns but the one that says whose they are. */
function copyRows(
  database: Connection,
  table: string,
  range: { trunk: number; first: number; end: number } & ({ run: number } | { layer: number }),
): void {
  const [owner, number] = 'run' in range ? ['run', range.run] : ['layer', range.layer];
  const columns = (database.pragma(`table_info(${table})`) as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== owner)
    .join(', ');
  prepared(
    database,
    `insert into ${table} (${owner}, ${columns})
     select ?, ${columns} from ${table} where ${owner} = ? and epoch between ? and ?`,
  ).run(number, range.trunk, range.first, range.end);
}
