import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FIGURE_FORMATS, type FigureFormat } from '../../common/contract/figure-schemas.ts';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { figureKind } from '../../common/figures/registry.ts';
import { figureSpecification, type FigureSpecification } from '../../common/figures/specification.ts';
import type { CascadeClient } from '../api/router.ts';
import { difference } from './figure-difference.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';
import { writeWhole } from './write-file.ts';

const written = z.object({
  provenance: z.object({
    dataHash: z.string(),
    groups: z.array(z.object({ runs: z.array(z.string()) })),
  }),
});
/** A specification by itself, or a JSON file that was written of a figure. */
const readable = z.union([z.object({ specification: figureSpecification }), figureSpecification]);

/** Keeps the figures of JSON files. @returns their names */
export async function addFigures(client: CascadeClient, files: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const file of files) {
    const figure = await readFigure(file);
    await client.figures.save(figure);
    names.push(figure.name);
  }
  return names;
}

async function readFigure(file: string): Promise<FigureSpecification> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CascadeError('INVALID', `${file} cannot be read as JSON: ${messageOf(error)}.`);
  }
  // What cannot be a written file is told as what it is: a specification with a mistake.
  const whole = readable.safeParse(document);
  if (whole.success) return 'specification' in whole.data ? whole.data.specification : whole.data;
  const issue = figureSpecification.safeParse(document).error?.issues[0];
  const key = (issue?.path ?? []).map(String).join('.');
  throw new CascadeError(
    'INVALID',
    `${file} specifies no figure: ${key === '' ? '' : `'${key}': `}${issue?.message ?? 'it was refused'}.`,
  );
}

export async function listFigures(client: CascadeClient, output: Output): Promise<void> {
  const figures = await client.figures.list();
  const rows = figures.map(({ specification: { name, kind, query, style }, writtenAt }) => [
    name,
    kind,
    style.venue,
    query === '' ? 'all runs' : query,
    writtenAt === null ? 'never' : new Date(writtenAt).toISOString().slice(0, 16).replace('T', ' '),
  ]);
  const titles = ['figure', 'kind', 'venue', 'runs', 'written'].map((title) => ({ title }));
  output.result(figures, figures.length === 0 ? NONE : table(titles, rows));
}

const NONE =
  'There are no figures in this workspace yet: make one in the window, or `cascade figures --add FILE.json`.';

export async function removeFigures(
  client: CascadeClient,
  output: Output,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) throw new CascadeError('INVALID', 'Name the figures to forget.');
  for (const name of names) await client.figures.remove({ name });
  output.result({ removed: names }, `Forgot ${names.join(', ')}.`);
}

/**
 * Tells of each figure whether the workspace still gives its numbers, and why not where it does not.
 *
 * @throws CascadeError RUNS_GONE, MORE_RUNS or CHANGED of the first that it does not give, in this order of weight
 */
export async function checkFigures(
  client: CascadeClient,
  output: Output,
  names: readonly string[],
  folder: string,
): Promise<void> {
  const chosen = await chosenFigures(client, names);
  const checks = [];
  for (const figure of chosen) {
    const check = await client.figures.check({ name: figure.name });
    // A file in the folder counts before what was noted: it may have come from elsewhere.
    const inFile = await writtenIn(join(folder, `${figure.name}.json`));
    const state =
      inFile === null || check.state === 'empty'
        ? check.state
        : inFile.dataHash === check.hash
          ? 'same'
          : 'changed';
    const now = state === 'changed' && inFile !== null ? await client.figures.draw(figure) : null;
    checks.push({ ...check, state, ...difference(inFile, now?.provenance ?? null) });
  }
  const rows = checks.map(({ name, state, runs, unfinished, why }) => [
    name,
    state,
    String(runs),
    unfinished === 0 ? '' : String(unfinished),
    why ??
      (state === 'unwritten'
        ? 'no files were written'
        : state === 'empty'
          ? 'none of its runs is there'
          : ''),
  ]);
  const text = table(
    [
      { title: 'figure' },
      { title: 'state' },
      { title: 'runs', number: true },
      { title: 'unfinished', number: true },
      { title: 'why' },
    ],
    rows,
  );
  output.result(checks, checks.length === 0 ? NONE : text);
  const others = checks.filter(({ state }) => state !== 'same');
  if (others.length === 0) return;
  const code = others.some(({ gone, state }) => gone.length > 0 || state === 'empty')
    ? 'RUNS_GONE'
    : others.some(({ more }) => more.length > 0)
      ? 'MORE_RUNS'
      : 'CHANGED';
  throw new CascadeError(
    code,
    `The workspace does not give the numbers of the files of ${others.map(({ name }) => name).join(', ')}: write them again by \`cascade figures\`.`,
  );
}

async function writtenIn(file: string): Promise<z.infer<typeof written>['provenance'] | null> {
  try {
    const read = written.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return read.success ? read.data.provenance : null;
  } catch {
    return null;
  }
}

export interface WriteOptions {
  folder: string;
  /** Null for all that a figure has. */
  formats: readonly FigureFormat[] | null;
  dpi: number;
}

export async function writeFigures(
  client: CascadeClient,
  output: Output,
  names: readonly string[],
  { folder, formats, dpi }: WriteOptions,
): Promise<void> {
  const chosen = await chosenFigures(client, names);
  if (chosen.length === 0) return output.result([], NONE);
  await mkdir(folder, { recursive: true });
  const results = [];
  for (const { name, kind } of chosen) {
    const files: string[] = [];
    for (const format of formats ?? formatsOf(kind)) {
      const file = join(folder, `${name}.${format}`);
      await writeWhole(file, await client.figures.file({ figure: name, format, dpi }), true);
      files.push(file);
    }
    const { hash, runs, unfinished } = await client.figures.check({ name });
    await client.figures.noteWritten({ name, hash });
    results.push({ name, files, runs, unfinished, hash });
  }
  const lines = results.map(
    ({ name, files, runs, unfinished }) =>
      `${name}: ${runs} runs${unfinished === 0 ? '' : `, ${unfinished} unfinished left out`}; ${files.join(', ')}`,
  );
  output.result(results, lines.join('\n'));
}

/** What a kind of figure can be written as. */
function formatsOf(kind: string): FigureFormat[] {
  const isTable = figureKind(kind).texts !== undefined;
  return FIGURE_FORMATS.filter((format) => isTable || (format !== 'tex' && format !== 'md'));
}

async function chosenFigures(
  client: CascadeClient,
  names: readonly string[],
): Promise<FigureSpecification[]> {
  const all = (await client.figures.list()).map(({ specification }) => specification);
  for (const name of names)
    if (!all.some((figure) => figure.name === name))
      throw new CascadeError(
        'NOT_FOUND',
        `There is no figure '${name}': \`cascade figures --list\` shows them.`,
      );
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
