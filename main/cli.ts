import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { examine, thisMachine } from './cli/doctor.ts';
import { runCommandLine } from './cli/main.ts';
import { PROBE_COMMAND, tellNativeFacts } from './cli/native-probe.ts';
import type { Surroundings } from './cli/surroundings.ts';
import { findApplication } from './entry/application.ts';
import { onSignal } from './entry/shutdown.ts';
import { readOwner } from './workspace/workspace.ts';

/** The command line: `node main/cli.ts`, or built, `node out/main/cli.js`. */
const around: Surroundings = {
  // The workstation is loaded only where the workspace is free: asking a window needs none of it.
  openWorkstation: async (options) => (await import('./workstation.ts')).openWorkstation(options),
  readOwner,
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  version: findApplication().version,
  studySchema: async () => {
    const { studyJsonSchema } = await import('./studies/language/index.ts');
    const { components } = await import('./trainer/components.ts');
    return studyJsonSchema(components);
  },
  components: async () => (await import('./studies/describe-components.ts')).describeComponents(),
  examine: (workspace) => examine(workspace, thisMachine(fileURLToPath(import.meta.url), readOwner)),
  restoreDatabase: async (workspace, file) =>
    (await import('./workspace/replacement.ts')).restoreDatabase(workspace, file),
  beginAnew: async (workspace) =>
    (await import('./workspace/replacement.ts')).beginAnew(
      workspace,
      `cascade-lab ${findApplication().version}`,
    ),
  benchmark: async (options) => {
    const { benchmark } = await import('../bench/benchmark.ts');
    return benchmark({ ...options, python: process.env['CASCADE_PYTHON'] ?? 'python3' });
  },
  isInteractive: process.stdin.isTTY && process.stdout.isTTY,
  confirm: async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
    } finally {
      terminal.close();
    }
  },
  interrupt: () => {
    const controller = new AbortController();
    return { signal: controller.signal, release: onSignal(() => controller.abort()) };
  },
};

/** Ends the process once all is written: worker threads may still be winding down. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

// A reader that has gone away (`cascade list | head -1`) is no reason to abandon runs.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const args = process.argv.slice(2);
if (args[0] === PROBE_COMMAND) await tellNativeFacts((line) => process.stdout.write(`${line}\n`));
else exit(await runCommandLine(args, around));
