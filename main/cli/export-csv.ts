import { decodeChannelFrame } from '../../common/codec/channel-frames.ts';
import { decodePredictions } from '../../common/codec/predictions.ts';
import { classNamesOf } from '../../common/class-names.ts';
import type { ClassEpoch, EpochSummary, ExcessEpoch, RunDetail } from '../../common/contract/schemas.ts';
import { forEachControl } from '../../common/controls.ts';
import { CascadeError } from '../../common/errors.ts';
import { shortHash } from '../../common/short-hash.ts';
import { encodeCsv, type Table } from '../../common/tables/csv.ts';
import { channelsTable } from '../../common/tables/channels-table.ts';
import {
  classesTable,
  epochsTable,
  layersTable,
  predictionsTable,
  type Excesses,
} from '../../common/tables/run-tables.ts';
import type { WeightFormat } from '../../common/codec/weight-formats.ts';
import type { CascadeClient } from '../api/router.ts';
import { allRows } from './all-rows.ts';

/** What `export --csv` can write. */
export const EXPORTED_TABLES = ['epochs', 'layers', 'channels', 'classes', 'predictions'] as const;
export type ExportedTable = (typeof EXPORTED_TABLES)[number];

/** A study's result as a page, a whole run as a file, a safetensors file of one epoch's weights, or a table. */
export interface ExportOptions {
  run?: string;
  where?: string;
  withoutCheckpoints?: boolean;
  withoutTrunks?: boolean;
  html?: string;
  epoch?: number;
  out?: string;
  format?: WeightFormat;
  what?: ExportedTable;
  csv?: string;
}

/** Why the options of `export` do not go together; null where they do. */
export function exportProblem(options: ExportOptions, name: string | undefined): string | null {
  const { epoch, out, format, what, csv, run, where, html } = options;
  const [weights, table, whole] = [
    out !== undefined,
    csv !== undefined || what !== undefined,
    run !== undefined,
  ];
  const page = html !== undefined;
  if ([weights, table, whole, page].filter(Boolean).length !== 1)
    return 'say either --run, for a whole run, or --epoch and --out, for weights, or --what and --csv, for a table of numbers';
  if (
    !whole &&
    (where !== undefined || options.withoutCheckpoints === true || options.withoutTrunks === true)
  )
    return '--where, --without-checkpoints and --without-trunks go with --run';
  if ((name !== undefined) === (where !== undefined))
    return whole ? 'name one run, or say which by --where' : 'name one run';
  if (whole && epoch !== undefined) return '--run is of all epochs: leave --epoch out';
  if (weights && epoch === undefined) return '--out needs --epoch: weights are those after one epoch';
  if (!weights && format !== undefined) return '--format is of weights: it goes with --out';
  if (table && (csv === undefined || what === undefined)) return '--what and --csv need each other';
  return null;
}

/**
 * A table of all that was measured, in full; of one epoch where it is given.
 * @throws CascadeError NOT_FOUND where nothing of it was recorded
 */
export async function exportedCsv(
  client: CascadeClient,
  id: string,
  what: ExportedTable,
  epoch?: number,
): Promise<{ csv: string; rows: number }> {
  const table = withData(await tableOf(client, id, what, epoch), await client.runs.get({ id }));
  if (table.rows.length === 0)
    throw new CascadeError(
      'NOT_FOUND',
      `The run ${id} has no ${what}${epoch === undefined ? ' yet' : ` of epoch ${epoch}`}.`,
    );
  return { csv: encodeCsv(table), rows: table.rows.length };
}

/**
 * The table with what the run was trained on, as `list` shows it: rows of runs of other content of the same files can be
 * told apart where tables are put together.
 */
function withData({ columns, rows }: Table, { summary: { data } }: RunDetail): Table {
  const cell = data === null ? null : shortHash(data);
  return { columns: [...columns, 'data'], rows: rows.map((row) => [...row, cell]) };
}

async function tableOf(
  client: CascadeClient,
  id: string,
  what: ExportedTable,
  epoch: number | undefined,
): Promise<Table> {
  const chosen = <T extends { epoch: number }>(entries: T[]): T[] =>
    epoch === undefined ? entries : entries.filter((entry) => entry.epoch === epoch);
  switch (what) {
    case 'epochs': {
      const [epochs, excess] = await epochsAndExcess(client, id);
      return epochsTable(chosen(epochs), excess);
    }
    case 'layers': {
      const [epochs, excess] = await epochsAndExcess(client, id);
      return layersTable(chosen(epochs), excess);
    }
    case 'channels': {
      const { summary } = await client.runs.get({ id });
      const [from, to] = epoch === undefined ? [0, summary.epochsDone] : [epoch, epoch];
      return allChannels(client, id, from, to);
    }
    case 'classes': {
      const classes = await allRows<ClassEpoch>((from) => client.runs.classes({ id, from }));
      return classesTable(chosen(classes), classNamesOf(await client.runs.get({ id })));
    }
    case 'predictions': {
      const run = await client.runs.get({ id });
      const moments = [];
      for (const marked of chosen(run.predictions)) {
        const frame = await client.runs.predictions({ id, ...marked });
        moments.push(decodePredictions(frame));
      }
      return predictionsTable(moments, classNamesOf(run));
    }
  }
}

async function epochsAndExcess(client: CascadeClient, id: string): Promise<[EpochSummary[], Excesses]> {
  return Promise.all([
    allRows<EpochSummary>((from) => client.runs.epochs({ id, from })),
    forEachControl((against) => allRows<ExcessEpoch>((from) => client.runs.excess({ id, against, from }))),
  ]);
}

/** The tables of all channels, however many answers they take. */
async function allChannels(client: CascadeClient, id: string, from: number, to: number): Promise<Table> {
  const parts: Table[] = [];
  for (let next: number | null = from; next !== null;) {
    const answer = decodeChannelFrame(await client.runs.channels({ id, from: next, to }));
    parts.push(channelsTable(answer));
    next = answer.next;
  }
  return { columns: parts[0]!.columns, rows: parts.flatMap(({ rows }) => rows) };
}
