import { Readable } from 'node:stream';
import type { WorkstationOptions } from '../../../main/api/services.ts';
import type { DoctorReport } from '../../../main/cli/doctor.ts';
import { runCommandLine } from '../../../main/cli/main.ts';
import type { Surroundings } from '../../../main/cli/surroundings.ts';
import { describeComponents } from '../../../main/studies/describe-components.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';

export const WELL: DoctorReport = {
  ok: true,
  version: '0.1.0',
  node: '24.0.0',
  platform: 'linux-x64',
  engine: { name: 'double', version: '1', device: 'CPU', library: '/lib', problem: null },
  shell: { electron: null, way: 'browser' },
  sqlite: { version: '3' },
  chromium: { path: null },
  dataset: { mnist: { folder: '/mnist', complete: true } },
  workspace: { folder: '/w', heldBy: null },
  problems: [],
};

/** A command line on a workstation double that outlives the commands, as a workspace on disk would. */
export class Shell {
  readonly double = new WorkstationDouble({ way: 'command line' });
  readonly opened: WorkstationOptions[] = [];
  stdout = '';
  stderr = '';
  terminal = false;
  answer = true;
  questions: string[] = [];
  controller = new AbortController();
  around: Surroundings;

  constructor(changes: Partial<Surroundings> = {}) {
    this.double.automatic = true;
    this.around = {
      openWorkstation: async (options) => {
        this.opened.push(options);
        return this.double;
      },
      readOwner: () => null,
      stdin: Readable.from([]),
      stdout: { write: (text) => (this.stdout += text) },
      stderr: { write: (text) => (this.stderr += text) },
      version: '0.1.0',
      studySchema: async () => this.double.studySchema(),
      components: async () => describeComponents(),
      examine: async () => WELL,
      confirm: async (question) => {
        this.questions.push(question);
        return this.answer;
      },
      benchmark: () => Promise.reject(new Error('This test benchmarks nothing.')),
      restoreDatabase: () => Promise.reject(new Error('This test restores nothing.')),
      beginAnew: () => Promise.reject(new Error('This test begins nothing anew.')),
      isInteractive: false,
      interrupt: () => ({ signal: this.controller.signal, release: () => {} }),
      ...changes,
    };
  }

  /** Runs one command; answers with its exit code. Output is that of this command alone. */
  async run(...args: string[]): Promise<number> {
    this.stdout = '';
    this.stderr = '';
    return runCommandLine(args, this.around);
  }

  /** Standard output as one JSON document. */
  get document(): unknown {
    return JSON.parse(this.stdout);
  }

  /** Standard output as NDJSON. */
  get records(): Record<string, unknown>[] {
    return this.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
