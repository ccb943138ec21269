import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Differing, ImportedRun } from '../../../common/contract/exchange-schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import { connect, prepared, type Connection } from '../database.ts';
import { layoutOf, type Layout } from '../layout.ts';
import { makePrivateFolder } from '../private-files.ts';
import type { ExchangeCalls, OpenedSource, PreparedSource } from './messages.ts';
import { packRuns, type Packed, type PackOptions } from './pack.ts';
import { planImport, type Wanted } from './plan.ts';
import { RUN_FILE_EXTENSION } from './run-file.ts';
import { Work, type SharedProgress } from './shared-progress.ts';
import { openSource, type Source } from './source.ts';
import { stageCheckpoints } from './stage-checkpoints.ts';
import type { TakenRun } from './taken-run.ts';

interface Opened {
  source: Source;
  wanted: Wanted;
  stage: string;
}

/** Reads and writes run files beside an open workspace, of which it changes nothing. */
export class ExchangeRoom implements Omit<ExchangeCalls, 'open'> {
  readonly #layout: Layout;
  readonly #database: Connection;
  readonly #opened = new Map<string, Opened>();

  constructor(folder: string) {
    this.#layout = layoutOf(folder);
    this.#database = connect(this.#layout.database, 'read');
  }

  pack(ids: readonly string[], file: string, options: PackOptions, shared: SharedProgress): Packed {
    return packRuns(this.#database, this.#layout.checkpoints, ids, file, options, new Work(shared));
  }

  openSource(token: string, path: string, wanted: Wanted, shared: SharedProgress): OpenedSource {
    makePrivateFolder(this.#layout.exchange);
    const stage = join(this.#layout.exchange, `${token}.opened`);
    makePrivateFolder(stage);
    const work = new Work(shared);
    let source: Source | null = null;
    try {
      source = openSource(path, stage, work);
      const runs = planImport(source, this.#database, wanted, work);
      this.#opened.set(token, { source, wanted, stage });
      return { name: source.name, kind: source.kind, runs };
    } catch (error) {
      source?.database.close();
      rmSync(stage, { recursive: true, force: true });
      throw error;
    }
  }

  prepare(token: string, differing: Differing, application: string, shared: SharedProgress): PreparedSource {
    const { source, wanted, stage } = this.#require(token);
    const work = new Work(shared);
    const plan = planImport(source, this.#database, wanted, work);
    const others = plan.filter(({ standing }) => standing === 'differs');
    if (others.length > 0 && differing === 'refuse') throw differs(source.name, others);
    const notices: string[] = [];
    const runs = plan.map((run): TakenRun => {
      const number = prepared(source.database, 'select number from runs where id = ?')
        .pluck()
        .get(run.id) as number;
      const how = howOf(run, differing);
      const epochsHere = this.#epochsHere(run.id);
      if (how !== 'keep' && how !== 'know')
        work.expect(Math.max(0, run.epochs - (how === 'continue' ? epochsHere : 0)));
      if (how === 'keep') {
        notices.push(`${run.id} stays as it is here: ${run.difference ?? ''}`);
        return { id: run.id, how, epochsHere, checkpoints: [] };
      }
      if (how === 'replace') notices.push(this.#setAside(run.id, application, work));
      const known = how === 'replace' ? new Set<number>() : this.#checkpointsHere(run.id);
      const { staged, missing } = stageCheckpoints(
        source,
        number,
        run.id,
        stage,
        (epoch) => !known.has(epoch),
        work,
      );
      if (missing > 0)
        notices.push(`${missing} checkpoints of ${run.id} are missing or damaged in the source.`);
      return { id: run.id, how, epochsHere, checkpoints: staged };
    });
    return { path: source.path, runs, notices };
  }

  closeSource(token: string): void {
    const opened = this.#opened.get(token);
    if (!opened) return;
    this.#opened.delete(token);
    opened.source.database.close();
    rmSync(opened.stage, { recursive: true, force: true });
  }

  close(): void {
    for (const token of [...this.#opened.keys()]) this.closeSource(token);
    this.#database.close();
  }

  #require(token: string): Opened {
    const opened = this.#opened.get(token);
    if (!opened) throw new CascadeError('NOT_FOUND', 'That file is not open any more: choose it again.');
    return opened;
  }

  #epochsHere(id: string): number {
    return Number(
      prepared(this.#database, 'select count(*) from epochs join runs on number = run where id = ?')
        .pluck()
        .get(id),
    );
  }

  #checkpointsHere(id: string): Set<number> {
    const rows = prepared(
      this.#database,
      'select epoch from checkpoints join runs on number = run where id = ?',
    );
    return new Set(rows.pluck().all(id) as number[]);
  }

  /** Keeps what is here of a run as a run file, before it gives way. @returns a sentence that tells where */
  #setAside(id: string, application: string, work: Work): string {
    const { checkpoints, lost } = this.#layout;
    for (const folder of [checkpoints, lost]) makePrivateFolder(folder);
    let file = join(lost, `${id}.${RUN_FILE_EXTENSION}`);
    for (let number = 2; existsSync(file); number++)
      file = join(lost, `${id}.${number}.${RUN_FILE_EXTENSION}`);
    packRuns(
      this.#database,
      checkpoints,
      [id],
      file,
      { checkpoints: true, trunks: false, application },
      work,
    );
    return `What was here of ${id} is kept in ${file}.`;
  }
}

function howOf({ standing }: ImportedRun, differing: Differing): TakenRun['how'] {
  switch (standing) {
    case 'new':
      return 'add';
    case 'longer':
      return 'continue';
    case 'differs':
      return differing === 'replace' ? 'replace' : 'keep';
    default:
      return 'know';
  }
}

const SHOWN = 5;

function differs(name: string, runs: readonly ImportedRun[]): CascadeError {
  const told = runs.slice(0, SHOWN).map(({ id, difference }) => `${id}: ${difference ?? ''}`);
  const more = runs.length > SHOWN ? ` And ${runs.length - SHOWN} more.` : '';
  return new CascadeError(
    'CONFLICT',
    `${runs.length === 1 ? 'A run' : `${runs.length} runs`} of ${name} differ${runs.length === 1 ? 's' : ''} from what is here. ` +
      `${told.join(' ')}${more} Nothing was imported: keep those that are here, or take those of the source in their place.`,
  );
}
