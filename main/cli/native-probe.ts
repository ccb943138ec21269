import { spawn } from 'node:child_process';
import * as z from 'zod';
import { messageOf } from '../../common/errors.ts';

/** Facts about the engine; `problem` is a sentence where it cannot be used. */
const engineFacts = z.object({
  name: z.string(),
  version: z.string().nullable(),
  /** 'CPU' or 'GPU', with TensorFlow's name for it. */
  device: z.string().nullable(),
  library: z.string().nullable(),
  /** Where a GPU is in use: what XLA needs to compile for it; the file, or null where it is not found. Absent without a GPU. */
  libdevice: z.string().nullable().optional(),
  problem: z.string().nullable(),
});
export type EngineFacts = z.infer<typeof engineFacts>;

const sqliteFacts = z.object({ version: z.string().nullable(), problem: z.string().nullable() });

export interface NativeFacts {
  engine: EngineFacts;
  sqlite: z.infer<typeof sqliteFacts>;
}

/** The hidden command with which the command line calls itself. */
export const PROBE_COMMAND = 'probe-native';
const PROBE_MILLISECONDS = 60_000;

const factLine = z.union([
  z.object({ sqlite: sqliteFacts }),
  z.object({ engine: engineFacts }),
  z.object({ loading: z.string() }),
]);

const ENGINE_NAME = 'TensorFlow';

/**
 * What runs in the probe's own process: loads the native libraries and tells what they say, a line each, as soon
 * as it is known. A library that is of another machine may end the process; then the lines before it remain.
 */
export async function tellNativeFacts(tell: (line: string) => void): Promise<void> {
  tell(JSON.stringify({ sqlite: await readSqlite() }));
  try {
    const { Engine, findLibdevice, locateLibrary } = await import('../trainer/tensorflow/engine.ts');
    const library = locateLibrary();
    tell(JSON.stringify({ loading: library.folder }));
    const engine = new Engine({ library });
    const device = `${engine.device.type} (${engine.device.name})`;
    const facts = {
      name: ENGINE_NAME,
      version: engine.version,
      device,
      library: library.folder,
      ...(engine.device.type === 'GPU' ? { libdevice: findLibdevice(library.folder) } : {}),
      problem: null,
    };
    engine.dispose();
    tell(JSON.stringify({ engine: facts }));
  } catch (error) {
    tell(JSON.stringify({ engine: noEngine(messageOf(error)) }));
  }
}

async function readSqlite(): Promise<NativeFacts['sqlite']> {
  try {
    const { connect } = await import('../workspace/database.ts');
    const database = connect(':memory:', 'write');
    const version = String(database.prepare('select sqlite_version()').pluck().get());
    database.close();
    return { version, problem: null };
  } catch (error) {
    return {
      version: null,
      problem: `SQLite cannot be loaded (${messageOf(error)}): run \`npm run setup\`.`,
    };
  }
}

function noEngine(problem: string, library: string | null = null): EngineFacts {
  return { name: ENGINE_NAME, version: null, device: null, library, problem };
}

/** Runs the probe in a process of its own and gathers what it told. Never rejects: a crash is a finding. */
export async function probeNative(cliFile: string): Promise<NativeFacts> {
  const { stdout, stderr, end } = await runProbe(cliFile);
  let sqlite: NativeFacts['sqlite'] = { version: null, problem: `SQLite could not be examined: ${end}.` };
  let engine: EngineFacts | null = null;
  let library: string | null = null;
  for (const line of stdout.split('\n')) {
    const fact = factLine.safeParse(parsed(line));
    if (!fact.success) continue;
    if ('sqlite' in fact.data) sqlite = fact.data.sqlite;
    else if ('engine' in fact.data) engine = fact.data.engine;
    else library = fact.data.loading;
  }
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const crash = `TensorFlow could not be loaded from ${library ?? 'its folder'}: ${end}${last === '' ? '' : ` (${last})`}`;
  return {
    sqlite,
    engine: engine ?? noEngine(`${crash}. Set CASCADE_LIBTENSORFLOW to another one.`, library),
  };
}

/** Native libraries may write lines of their own in between. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function runProbe(cliFile: string): Promise<{ stdout: string; stderr: string; end: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cliFile, PROBE_COMMAND], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PROBE_MILLISECONDS,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', (error) => resolve({ stdout, stderr, end: error.message }));
    child.on('close', (code, signal) =>
      resolve({
        stdout,
        stderr,
        end: signal === null ? `the process ended with ${code}` : `it was killed by ${signal}`,
      }),
    );
  });
}
