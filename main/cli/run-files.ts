import { resolve } from 'node:path';
import {
  importResult,
  type Differing,
  type ImportedRun,
  type ImportResult,
  type OpenStep,
  type PackAsked,
  type PackStep,
} from '../../common/contract/exchange-schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import { SHOWN_THRESHOLD } from '../../common/thresholds.ts';
import type { CascadeClient } from '../api/router.ts';
import { chosenRuns, readQueryable } from './chosen-runs.ts';
import { findRun } from './find-run.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';
import { writeWhole } from './write-file.ts';

/** The ids of one run, by the beginning of its own, or of all that a query means. @throws CascadeError NOT_FOUND */
export async function runsMeant(client: CascadeClient, name: string, where?: string): Promise<string[]> {
  if (where === undefined) return [await findRun(client, name)];
  const ids = chosenRuns(await readQueryable(client), where, SHOWN_THRESHOLD).map(({ run }) => run.id);
  if (ids.length === 0)
    throw new CascadeError('NOT_FOUND', `No run is meant by '${where}': see \`cascade list\`.`);
  return ids;
}

/** Writes a run file, part by part. */
export async function writeRunFile(
  client: CascadeClient,
  output: Output,
  file: string,
  asked: PackAsked,
  { force, workspace }: { force: boolean; workspace: string },
): Promise<void> {
  const packed = await lastStep(await client.exchange.pack(asked), output, 'packed');
  const { token, bytes, needed, checkpoints, notices } = packed;
  try {
    await writeWhole(file, partsOf(client, token, bytes), force, workspace);
  } finally {
    await client.exchange.drop({ token });
  }
  for (const notice of notices) output.warn(notice);
  const { runs } = asked;
  output.result(
    { file, bytes, runs, needed, checkpoints, notices },
    `Wrote ${file}: ${counted(runs.length, 'run')}${needed.length === 0 ? '' : `, with ${needed.length} that ${runs.length === 1 ? 'it needs' : 'they need'}`}, ` +
      `${checkpoints === 0 ? 'without checkpoints' : counted(checkpoints, 'checkpoint')} (${bytes} bytes).`,
  );
}

async function* partsOf(client: CascadeClient, token: string, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes;) {
    const part = await client.exchange.part({ token, from });
    if (part.length === 0) throw new CascadeError('NOT_WRITTEN', 'The workstation lost the file: try again.');
    yield part;
    from += part.length;
  }
}

interface ImportOptions {
  where: string;
  trunks: boolean;
  /** Null for what suits the source: of another workspace the first stay, of a file all is refused. */
  differing: Differing | null;
  preview: boolean;
  signal: AbortSignal;
}

/** Takes runs from each source. All of them are looked at before anything is written. */
export async function importAll(
  client: CascadeClient,
  output: Output,
  sources: readonly string[],
  { where, trunks, differing, preview, signal }: ImportOptions,
): Promise<void> {
  const opened: (Extract<OpenStep, { type: 'opened' }> & { path: string })[] = [];
  try {
    for (const source of sources) {
      const path = resolve(source);
      const steps = await client.exchange.open({ source: { path }, where, trunks }, { signal });
      opened.push({ ...(await lastStep(steps, output, 'opened')), path });
    }
    if (preview) {
      const documents = opened.map(({ path, runs }) => ({ source: path, runs }));
      return output.result(
        documents,
        opened.map(({ path, runs }) => `${path}\n${previewText(runs)}`).join('\n\n'),
      );
    }
    const chosen = opened.map((source) => ({
      ...source,
      differing: differing ?? (source.kind === 'workspace' ? ('keep' as const) : ('refuse' as const)),
    }));
    refuseDiffering(chosen);
    const documents: (ImportResult & { source: string })[] = [];
    for (const source of chosen) {
      const steps = await client.exchange.take(
        { token: source.token, differing: source.differing },
        { signal },
      );
      const taken = importResult.parse(await lastStep(steps, output, 'taken'));
      for (const notice of taken.notices) output.warn(notice);
      documents.push({ source: source.path, ...taken });
    }
    output.result(documents, documents.map((taken) => `${taken.source}: ${takenText(taken)}`).join('\n'));
  } finally {
    for (const { token } of opened) await client.exchange.drop({ token }).catch(() => undefined);
  }
}

function refuseDiffering(
  sources: readonly { path: string; runs: readonly ImportedRun[]; differing: Differing }[],
): void {
  const told = sources.flatMap(({ path, runs, differing }) =>
    differing === 'refuse'
      ? runs.flatMap(({ id, standing, difference }) =>
          standing === 'differs' ? [`  ${id} of ${path}: ${difference ?? ''}`] : [],
        )
      : [],
  );
  if (told.length > 0)
    throw new CascadeError(
      'CONFLICT',
      `${counted(told.length, 'run')} with other records ${told.length === 1 ? 'is' : 'are'} here already:\n${told.join('\n')}\n` +
        'Nothing was imported. --keep leaves those here as they are; --anew takes those of the source, and keeps those here in checkpoints/lost.',
    );
}

function takenText({ added, continued, known, kept, replaced, checkpoints }: ImportResult): string {
  const parts = [
    [added, 'new'],
    [continued, 'continued'],
    [replaced, 'taken anew'],
    [kept, 'differ and stay as they are'],
    [known, 'here already'],
  ] as const;
  const told = parts.filter(([ids]) => ids.length > 0).map(([ids, what]) => `${ids.length} ${what}`);
  return `${told.length === 0 ? 'no run is meant' : told.join(', ')}${checkpoints === 0 ? '' : `; ${counted(checkpoints, 'checkpoint')}`}.`;
}

const STANDINGS: Readonly<Record<ImportedRun['standing'], string>> = {
  new: 'new',
  same: 'here already',
  longer: 'goes on from what is here',
  shorter: 'here already, with more epochs',
  differs: 'differs',
};

function previewText(runs: readonly ImportedRun[]): string {
  const rows = runs.map(({ id, study, arm, epochs, needed, standing, difference }) => [
    id,
    study,
    arm,
    String(epochs),
    `${STANDINGS[standing]}${needed ? ' (needed by another)' : ''}${difference === null ? '' : `: ${difference}`}`,
  ]);
  return table(
    [
      { title: 'run' },
      { title: 'study' },
      { title: 'arm' },
      { title: 'epochs', number: true },
      { title: 'stands' },
    ],
    rows,
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

type Step = PackStep | OpenStep | { type: 'taken' } | { type: 'progress'; done: number; total: number };

/** Follows a work to its end; on a terminal one line tells how far it is. */
async function lastStep<S extends Step, T extends S['type']>(
  steps: AsyncIterable<S>,
  output: Output,
  type: T,
): Promise<Extract<S, { type: T }>> {
  const shows = output.stderr.isTTY === true && !output.json;
  let last: S | undefined;
  for await (const step of steps) {
    last = step;
    if (shows && step.type === 'progress' && 'total' in step)
      output.stderr.write(`\r${step.done} of ${step.total} …\u001b[K`);
  }
  if (shows) output.stderr.write('\r\u001b[K');
  if (last?.type !== type)
    throw new CascadeError('OWNER_GONE', 'The workstation ended before the work was done: try again.');
  return last as Extract<S, { type: T }>;
}
