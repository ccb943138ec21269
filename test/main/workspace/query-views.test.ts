import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeChannelFrame } from '../../../common/codec/channel-frames.ts';
import { decodePredictions } from '../../../common/codec/predictions.ts';
import { forEachControl } from '../../../common/controls.ts';
import { flatSpecification } from '../../../common/fields/flat-specification.ts';
import { named } from '../../../common/measures/ideas.ts';
import type { Measure } from '../../../common/measures/measure.ts';
import { measuresOf } from '../../../common/measures/registry.ts';
import { SQL_EXAMPLES } from '../../../common/sql/examples.ts';
import { channelsTable } from '../../../common/tables/channels-table.ts';
import type { Table } from '../../../common/tables/csv.ts';
import {
  classesTable,
  epochsTable,
  layersTable,
  predictionsTable,
} from '../../../common/tables/run-tables.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import type { Connection } from '../../../main/workspace/database.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { openForQueries, runQuery } from '../../../main/workspace/query/run-query.ts';
import { VIEWS } from '../../../main/workspace/query/views/registry.ts';
import { accuracyOverControl } from '../../../common/measures/accuracy-over-control.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { LAST, recordAllKinds, RUNS, SHORT, UNKNOWN } from './all-kinds.ts';
import { classesOf } from './fixtures.ts';
import { CONTROL, MARKED, RUN } from './records.ts';

/** Numbers of the views beside those of CSV files, which TypeScript makes of what the reader tells. */

const folder = mkdtempSync(join(tmpdir(), 'cascade-views-'));
let workspace: Workspace;
let database: Connection;

beforeAll(async () => {
  workspace = await recordAllKinds(folder);
  await workspace.addEvent(RUN, { kind: 'pruned', epoch: 3, message: 'Pruned.', data: { sparsity: 0.5 } });
  database = openForQueries(layoutOf(folder).database);
});
afterAll(async () => {
  database.close();
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

type Row = Record<string, unknown>;
function ask(sql: string): Row[] {
  const { columns, rows } = runQuery(database, sql, 100_000);
  return rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place]])));
}

const objectsOf = ({ columns, rows }: Table): Row[] =>
  rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place]])));

function same(found: unknown, wanted: unknown, where: string): void {
  if (typeof wanted === 'number' && Number.isFinite(wanted)) {
    expect(typeof found, where).toBe('number');
    expect(Math.abs((found as number) - wanted), where).toBeLessThanOrEqual(1e-12 * Math.abs(wanted));
  } else expect(found ?? null, where).toEqual(wanted === undefined || Number.isNaN(wanted) ? null : wanted);
}

/** Every row of a view against that of a table, by the columns that both have; those that only the table has are told apart. */
function sameRows(view: readonly Row[], table: readonly Row[], where: string): Set<string> {
  expect(view.length, where).toBe(table.length);
  const compared = new Set<string>();
  table.forEach((wanted, place) => {
    for (const [name, value] of Object.entries(wanted)) {
      if (!(name in view[place]!)) continue;
      compared.add(name);
      same(view[place]![name], value, `${where}, row ${place}, ${name}`);
    }
  });
  return compared;
}

/** Columns of a threshold's row in a table of CSV: `shed_of_kept_1e-4` is shed_of_kept, `macs_without_shed_1e-4` macs_without_shed. */
function atThreshold(row: Row, label: string): Row {
  const suffix = `_${named(label)}`;
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.endsWith(suffix) ? [[name.slice(0, -suffix.length), value]] : [],
    ),
  );
}

async function tablesOf(id: string) {
  const epochs = await workspace.epochs(id);
  const excess = await forEachControl((kind) => workspace.excess(id, kind));
  const detail = await workspace.getRun(id);
  return { epochs, excess, detail, labels: detail.specification.thresholds.map(thresholdLabel) };
}

const measuredColumns = (view: string): string[] =>
  VIEWS.find(({ name }) => name === view)!
    .columns.filter(({ unit }) => unit !== undefined)
    .map(({ name }) => name);

describe('every number of a view is that of the CSV tables', () => {
  it('epochs and shed', async () => {
    for (const id of RUNS) {
      const { epochs, excess, labels } = await tablesOf(id);
      const table = objectsOf(epochsTable(epochs, excess));
      const compared = sameRows(ask(`select * from epochs where run = '${id}' order by epoch`), table, id);
      expect([...compared]).toEqual(expect.arrayContaining(measuredColumns('epochs')));
      for (const label of labels) {
        const rows = ask(`select * from shed where run = '${id}' and threshold = '${label}' order by epoch`);
        const of = sameRows(
          rows,
          table.map((row) => ({ epoch: row['epoch'], ...atThreshold(row, label) })),
          `${id} at ${label}`,
        );
        expect([...of]).toEqual(expect.arrayContaining(measuredColumns('shed')));
      }
    }
  });

  it('layers and layer_shed', async () => {
    for (const id of RUNS) {
      const { epochs, excess, labels } = await tablesOf(id);
      const table = objectsOf(layersTable(epochs, excess));
      const rows = ask(`select * from layers where run = '${id}' order by epoch, position`);
      expect([...sameRows(rows, table, id)]).toEqual(expect.arrayContaining(measuredColumns('layers')));
      for (const label of labels) {
        const shed = ask(
          `select layer_shed.* from layer_shed join layers using (run, epoch, layer)
           where run = '${id}' and threshold = '${label}' order by epoch, position`,
        );
        const of = sameRows(
          shed,
          table.map((row) => ({ epoch: row['epoch'], layer: row['layer'], ...atThreshold(row, label) })),
          `${id} at ${label}`,
        );
        expect([...of]).toEqual(expect.arrayContaining(measuredColumns('layer_shed')));
      }
    }
  });

  it('runs and thresholds: those of the last epoch, as the list of runs has them', async () => {
    for (const id of RUNS) {
      const { detail, labels } = await tablesOf(id);
      const run = detail.summary;
      const [row] = ask(`select * from runs where run = '${id}'`);
      for (const measure of measuresOf('run')) {
        if (measure.each === undefined)
          same(row![measure.column], measure.run!(run, ''), `${measure.id} of ${id}`);
        else
          for (const label of labels) {
            const [at] = ask(`select * from thresholds where run = '${id}' and threshold = '${label}'`);
            same(
              at![measure.column],
              (measure as Measure).run!(run, label),
              `${measure.id} of ${id} at ${label}`,
            );
          }
      }
      expect(row).toMatchObject({
        specification_hash: run.hash,
        seed: run.seed,
        state: run.state,
        prunes: Number(run.prunes),
        control: run.control,
        previous_mask_control: run.previousMask?.control ?? null,
        epochs_done: run.epochsDone,
        epochs_total: run.epochsTotal,
        model: run.model,
        optimizer: run.optimizer,
        criterion: run.criterion,
        created: new Date(run.createdAt).toISOString(),
        study: 'study',
        arm: 'arm',
        starred: 0,
        binned: 0,
      });
    }
    expect(ask('select * from memberships')).toHaveLength(RUNS.length);
    expect(
      ask('select absolute, sigma from thresholds order by run, place limit 6').map((row) => row['sigma']),
    ).toEqual([null, null, null, null, null, 1e-3]);
  });

  it('classes and predictions', async () => {
    for (const id of RUNS) {
      const { detail } = await tablesOf(id);
      const names = detail.environment ? ['cat', 'dog', 'owl'] : null;
      const classes = objectsOf(classesTable(await classesOf(workspace, id), names));
      const rows = ask(`select * from classes where run = '${id}' order by epoch, class`);
      expect([...sameRows(rows, classes, id)]).toHaveLength(6);
      const moments = await Promise.all(
        detail.predictions.map(async ({ epoch, moment }) =>
          decodePredictions(await workspace.predictionFrame(id, epoch, moment)),
        ),
      );
      const table = objectsOf(predictionsTable(moments, names));
      const found = ask(`select * from predictions where run = '${id}' order by epoch, moment, image`);
      expect([...sameRows(found, table, id)]).toHaveLength(9);
    }
    expect(MARKED.length).toBeGreaterThan(1);
    expect(ask('select count(*) as n from predictions')[0]!['n']).toBeGreaterThan(100);
  });

  it('channels and channel_shed', async () => {
    for (const id of [RUN, SHORT]) {
      const { labels } = await tablesOf(id);
      const { thresholds, epochs } = decodeChannelFrame(
        await workspace.channelFrame(id, { from: 0, to: LAST }),
      );
      const table = objectsOf(channelsTable({ thresholds, epochs }));
      const rows = ask(`select * from channels where run = '${id}' order by epoch, layer, channel`);
      // Made-up counts are no whole numbers.
      const counts = ['pruned', 'inert_at_least', 'blocked'];
      const cut = table.map((row) => ({
        ...row,
        ...Object.fromEntries(
          counts.map((name) => [name, row[name] === null ? null : Math.trunc(row[name] as number)]),
        ),
      }));
      expect([...sameRows(rows, cut, id)]).toHaveLength(13);
      for (const label of labels) {
        const shed = ask(
          `select * from channel_shed where run = '${id}' and threshold = '${label}' order by epoch, layer, channel`,
        );
        const wanted = table.map((row) => ({
          channel: row['channel'],
          shed: Math.trunc(row[`shed_${named(label)}`] as number),
        }));
        sameRows(shed, wanted, `${id} at ${label}`);
      }
    }
  });

  it('excess over both controls, of the network and its layers', async () => {
    for (const id of RUNS) {
      const { excess, labels } = await tablesOf(id);
      for (const [kind, epochs] of Object.entries(excess))
        for (const label of labels) {
          const rows = ask(
            `select * from excess where run = '${id}' and against = '${kind}' and threshold = '${label}' order by epoch, layer`,
          );
          const wanted = epochs.flatMap((epoch) =>
            [{ ...epoch, name: null }, ...epoch.layers].map((of) => ({
              epoch: epoch.epoch,
              layer: of.name,
              shed_of_kept:
                of.control[label] === undefined
                  ? rows.find((row) => row['epoch'] === epoch.epoch && row['layer'] === of.name)![
                      'shed_of_kept'
                    ]
                  : of.run[label],
              control_shed_of_kept: of.control[label] ?? null,
              excess: of.excess[label] ?? null,
              ...('kept' in of && { kept: of.kept }),
            })),
          );
          sameRows(rows, wanted, `${id} over ${kind} at ${label}`);
        }
    }
    expect(ask('select distinct against from excess').length).toBe(2);
    expect(ask(`select distinct control from excess where run = '${SHORT}'`)).toEqual([{ control: CONTROL }]);
  });

  it('specifications key by key, events and tags', async () => {
    const { specification, events } = await workspace.getRun(RUN);
    const flat = [...flatSpecification(specification)].map(([key, value]) => ({
      run: RUN,
      key,
      value:
        typeof value === 'boolean'
          ? Number(value)
          : typeof value === 'object' && value !== null
            ? JSON.stringify(value)
            : value,
    }));
    expect(ask(`select * from specification where run = '${RUN}'`)).toEqual(flat);
    expect(
      ask(
        `select run, kind, epoch, message, data ->> 'sparsity' as sparsity from events where kind = 'pruned'`,
      ),
    ).toEqual([{ run: RUN, kind: 'pruned', epoch: 3, message: 'Pruned.', sparsity: 0.5 }]);
    expect(
      ask(`select * from events where run = '${RUN}' order by number`).map(({ time }) =>
        Date.parse(String(time)),
      ),
    ).toEqual(events.map(({ time }) => time));
    expect(ask('select * from tags')).toEqual([]);
  });
});

it('a run without a network has no costs, and the rest', () => {
  const [row] = ask(`select * from epochs where run = '${UNKNOWN}' and epoch = 3`);
  expect(row).toMatchObject({ macs_masked: null, weights_dense: null, compression_masked: null });
  expect(row!['norm']).toBeGreaterThan(0);
});

it('every view says what each of its columns is, once', () => {
  for (const { name, rows, columns } of VIEWS) {
    expect(rows, name).toMatch(/^each /);
    expect(new Set(columns.map((column) => column.name)).size, name).toBe(columns.length);
    for (const column of columns) expect(column.definition, `${name}.${column.name}`).toMatch(/\.$/);
    const { columns: answered } = runQuery(database, `select * from ${name} limit 1`, 1);
    expect(answered).toEqual(columns.map((column) => column.name));
  }
});

it('the examples can be asked', () => {
  for (const { sql } of SQL_EXAMPLES) expect(runQuery(database, sql, 10).columns.length).toBeGreaterThan(1);
  expect(ask(SQL_EXAMPLES[0]!.sql.replace("'finished'", "'interrupted'"))).toMatchObject([
    { arm: 'arm', n: RUNS.length },
  ]);
});

it('the accuracy over the control is of two finished runs', async () => {
  const over = (): unknown =>
    ask(`select accuracy_over_control as over from runs where run = '${RUN}'`)[0]!['over'];
  for (const id of [RUN, CONTROL]) {
    expect(over()).toBeNull();
    await workspace.setState(id, 'finished', null);
  }
  const [run, control] = [await workspace.summary(RUN), await workspace.summary(CONTROL)];
  const difference = run.testAccuracy! - control.testAccuracy!;
  expect(over()).toBeCloseTo(difference, 12);
  expect(accuracyOverControl.run!(run, '', control)).toBe(difference);
});
