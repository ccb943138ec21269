import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventKind } from '../../../common/records.ts';
import type { CheckpointFiles, CheckpointRow } from '../checkpoint-files.ts';
import { epochSpans, epochSpansText } from '../../../common/epoch-spans.ts';
import { prepared, type Connection } from '../database.ts';
import type { Layout } from '../layout.ts';
import { insertEvent } from './runs.ts';

/** Epochs that an event tells each by itself. */
const MOST_EPOCHS = 1_000;

/** What was found to be otherwise than the database says, of one run. */
interface Finding {
  kind: Extract<EventKind, 'checkpoints-set-aside' | 'checkpoints-found' | 'checkpoints-missing'>;
  run: string;
  /** Null for a run that the database does not know. */
  number: number | null;
  epochs: number[];
}

interface StoredRun {
  number: number;
  checkpoints: CheckpointRow[];
}

/**
 * Makes checkpoints and rows agree without deleting anything that is not known: files that no row speaks of are set
 * aside, and come back when a database is opened that knows them.
 *
 * @returns what a person should know of it, a sentence each
 */
export function recoverCheckpoints(
  database: Connection,
  files: CheckpointFiles,
  { lost, exchange }: Layout,
): string[] {
  const places = [lost, ...stagesIn(exchange)];
  const runs = storedRuns(database);
  files.settleRemovals((run) => runs.has(run));
  const here = files.list();
  const findings: Finding[] = [];
  for (const [run, { number, checkpoints }] of runs) {
    const names = new Set(here.get(run));
    const absent = checkpoints.filter(({ file }) => !names.has(file));
    const found = new Set(absent.filter((row) => places.some((place) => files.takeBack(run, row, place))));
    const note = (kind: Finding['kind'], rows: CheckpointRow[]): void => {
      if (rows.length > 0) findings.push({ kind, run, number, epochs: rows.map(({ epoch }) => epoch) });
    };
    note('checkpoints-found', [...found]);
    note(
      'checkpoints-missing',
      absent.filter((row) => !found.has(row)),
    );
  }
  for (const [run, names] of here) {
    const stored = runs.get(run);
    const known = new Set(stored?.checkpoints.map(({ file }) => file));
    const epochs = names
      .filter((name) => !known.has(name) && files.setAside(run, name, lost) !== null)
      .map((name) => Number(/\d+/.exec(name)![0]))
      .sort((one, other) => one - other);
    if (epochs.length > 0)
      findings.push({ kind: 'checkpoints-set-aside', run, number: stored?.number ?? null, epochs });
  }
  const news = findings.filter((finding) => !isToldAlready(database, finding));
  database.transaction(() => news.forEach((finding) => log(database, finding, lost))).immediate();
  return noticesOf(news, lost);
}

/** Where checkpoints of runs that were being imported wait for their places. */
function stagesIn(exchange: string): string[] {
  if (!existsSync(exchange)) return [];
  return readdirSync(exchange, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(exchange, name));
}

function storedRuns(database: Connection): Map<string, StoredRun> {
  const runs = new Map<string, StoredRun>();
  for (const { id, number } of prepared(database, 'select id, number from runs').all() as {
    id: string;
    number: number;
  }[])
    runs.set(id, { number, checkpoints: [] });
  const rows = prepared(
    database,
    `select id, epoch, file, size, sha256 from checkpoints join runs on runs.number = checkpoints.run
     order by number, epoch`,
  ).all() as (CheckpointRow & { id: string })[];
  for (const { id, ...row } of rows) runs.get(id)!.checkpoints.push(row);
  return runs;
}

/** That files are missing is told once; one who deleted them need not hear it again. */
function isToldAlready(database: Connection, { kind, number, epochs }: Finding): boolean {
  if (kind !== 'checkpoints-missing') return false;
  const data = prepared(
    database,
    'select data from events where run = ? and kind = ? order by id desc limit 1',
  )
    .pluck()
    .get(number, kind) as string | undefined;
  return data === JSON.stringify(dataOf(epochs));
}

function log(database: Connection, { kind, run, number, epochs }: Finding, lost: string): void {
  if (number === null) return;
  const which = `Checkpoints after the epochs ${epochSpansText(epochSpans(epochs))}`;
  const messages: Record<Finding['kind'], string> = {
    'checkpoints-set-aside': `${which} were found that the database does not know: they were moved to ${lost}.`,
    'checkpoints-found': `${which} were missing, and were found among those set aside.`,
    'checkpoints-missing': `${which} are missing: once the run is finished, \`cascade resume ${run}\` trains them again.`,
  };
  insertEvent(database, number, { kind, epoch: null, message: messages[kind], data: dataOf(epochs) });
}

/** Of very many epochs an event tells the spans, lest it be as long as a run. */
function dataOf(epochs: readonly number[]): Record<string, unknown> {
  return epochs.length <= MOST_EPOCHS ? { epochs } : { spans: epochSpans(epochs) };
}

function noticesOf(findings: readonly Finding[], lost: string): string[] {
  const of = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind);
  const count = (some: readonly Finding[]): string => {
    const files = some.reduce((sum, { epochs }) => sum + epochs.length, 0);
    const runs = some.length === 1 ? `the run ${some[0]!.run}` : `${some.length} runs`;
    return `${files} ${files === 1 ? 'checkpoint' : 'checkpoints'} of ${runs}`;
  };
  const [aside, found, missing] = [
    of('checkpoints-set-aside'),
    of('checkpoints-found'),
    of('checkpoints-missing'),
  ];
  const notices: string[] = [];
  if (aside.length > 0)
    notices.push(
      `The database did not know ${count(aside)}: nothing was deleted, the files are now in ${lost}. ` +
        'A resumed run trains what the database lacks again.',
    );
  if (found.length > 0) notices.push(`${count(found)} came back from where they had been put aside.`);
  if (missing.length > 0)
    notices.push(
      `Files are missing of ${count(missing)}: once a run is finished, \`cascade resume ${missing.length === 1 ? missing[0]!.run : 'RUN'}\` trains what it lacks again.`,
    );
  return notices;
}
