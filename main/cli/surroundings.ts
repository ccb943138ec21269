import type { BenchmarkOptions } from '../../bench/benchmark.ts';
import type { BenchmarkResult } from '../../bench/result.ts';
import type { DescribedComponents } from '../studies/describe-components.ts';
import type { WorkspaceAccess } from './connection.ts';
import type { DoctorReport } from './doctor.ts';
import type { TextStream } from './output.ts';

/** What the command line touches outside of itself, so that tests can look on. */
export interface Surroundings extends WorkspaceAccess {
  /** Read by the one command that is spoken to. */
  stdin: NodeJS.ReadableStream;
  stdout: TextStream;
  stderr: TextStream;
  version: string;
  /** The JSON Schema of study files, known without a workspace. */
  studySchema(): Promise<Record<string, unknown>>;
  /** Everything that a study may name, known without a workspace. */
  components(): Promise<DescribedComponents>;
  examine(workspace: string): Promise<DoctorReport>;
  benchmark(options: Omit<BenchmarkOptions, 'python'>): Promise<BenchmarkResult>;
  /** Ways out where a workspace's database is lost or damaged; both answer with what was done, a sentence. */
  restoreDatabase(workspace: string, file: string): Promise<string>;
  beginAnew(workspace: string): Promise<string>;
  /** Asks a person yes or no; only called on a terminal. */
  confirm(question: string): Promise<boolean>;
  isInteractive: boolean;
  /** Aborts when the person presses Ctrl+C. */
  interrupt(): { signal: AbortSignal; release(): void };
}
