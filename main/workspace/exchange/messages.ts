import type { Differing, ImportedRun } from '../../../common/contract/exchange-schemas.ts';
import type { Packed, PackOptions } from './pack.ts';
import type { Wanted } from './plan.ts';
import type { SharedProgress } from './shared-progress.ts';
import type { TakenRun } from './taken-run.ts';

/** A source, as far as was looked into it. */
export interface OpenedSource {
  name: string;
  kind: 'file' | 'workspace';
  runs: ImportedRun[];
}

/** What the writer needs to take runs of a source. */
export interface PreparedSource {
  /** The database with their rows, of the schema of now. */
  path: string;
  runs: TakenRun[];
  notices: string[];
}

/** What the main thread may ask of the thread that reads and writes run files. Its sources are open by their tokens. */
export interface ExchangeCalls {
  open(folder: string): void;
  pack(ids: readonly string[], file: string, options: PackOptions, shared: SharedProgress): Packed;
  openSource(token: string, path: string, wanted: Wanted, shared: SharedProgress): OpenedSource;
  /** Compares once more, and lays checkpoints ready. Rejects with CONFLICT where records differ that may not. */
  prepare(token: string, differing: Differing, application: string, shared: SharedProgress): PreparedSource;
  closeSource(token: string): void;
  close(): void;
}
