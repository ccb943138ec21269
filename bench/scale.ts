import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface, type Interface } from 'node:readline';
import { createORPCClient } from '@orpc/client';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { decodeRows } from '../common/codec/rows.ts';
import { decodeRuns } from '../common/codec/run-frames.ts';
import { messageOf } from '../common/errors.ts';
import { socketLink, type SocketLike } from '../common/line/link.ts';
import type { CascadeClient } from '../main/api/router.ts';
import { median } from './result.ts';
import { RESNET_50_LAYER, RUN, writeLongRun, writeManyRuns, writeResNet50 } from './scale-workspaces.ts';

/**
 * How a workspace behaves that has grown: opened by a process of its own, asked over a WebSocket as a window asks. Writes
 * one JSON document. Times in milliseconds, sizes in bytes; medians of a few tries.
 */

interface Asked {
  ask: string;
  /** From the question to the whole answer, decoded by the asker. */
  ms: number;
  bytes: number;
  /** Longest block of the server's main thread meanwhile, the largest of the tries. */
  blockMs: number;
  /** Why there is no answer. */
  failed?: string;
}

interface ScaleResult {
  scenario: string;
  databaseBytes: number;
  openMs: number;
  listMs: number;
  residentBytes: number;
  asked: Asked[];
}

type Question = readonly [name: string, ask: (client: CascadeClient) => Promise<unknown>];

const TRIES = 3;
const started = z.object({ openMs: z.number(), address: z.string() });
const watched = z.object({ blockMs: z.number(), residentBytes: z.number() });

const list: Question = ['runs.list', async (client) => decodeRuns(await client.runs.list())];
const get: Question = ['runs.get', (client) => client.runs.get({ id: RUN })];
/** As a window asks. */
const epochs: Question = [
  'runs.epochs',
  async (client) => decodeRows(await client.runs.epochs({ id: RUN, most: 2_000 })),
];
const channelsTo = (to: number): Question => [
  `runs.channels of ${to + 1} epochs`,
  (client) => client.runs.channels({ id: RUN, from: 0, to }),
];
const planesOf = (layer: string, last: number): Question => {
  let epoch = 0;
  return [
    'runs.planes',
    async (client) => {
      epoch = (epoch + 7) % (last + 1);
      return client.runs.planes({ id: RUN, epoch, layer });
    },
  ];
};
const longRun = (count: number): Scenario => ({
  name: `one run of ${count} epochs`,
  write: (folder) => writeLongRun(folder, count),
  questions: [
    list,
    get,
    epochs,
    channelsTo(Math.min(count, 10_000) - 1),
    channelsTo(15),
    planesOf('dense-1', count - 1),
  ],
});

interface Scenario {
  name: string;
  write(folder: string): Promise<void>;
  questions: Question[];
}

const SCENARIOS: Scenario[] = [
  longRun(1_000),
  longRun(10_000),
  longRun(100_000),
  { name: '10000 runs', write: (folder) => writeManyRuns(folder, 10_000), questions: [list, get] },
  {
    name: 'one run of ResNet-50',
    write: (folder) => writeResNet50(folder, 20),
    questions: [get, epochs, channelsTo(15), planesOf(RESNET_50_LAYER, 19)],
  },
];

/** Measures the scenarios whose names contain the text. */
export async function benchmarkScale(only = ''): Promise<ScaleResult[]> {
  const results: ScaleResult[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(only))) {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-scale-'));
    try {
      await scenario.write(folder);
      results.push(await measure(folder, scenario));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return results;
}

async function measure(folder: string, { name, questions }: Scenario): Promise<ScaleResult> {
  // The first opening may have more to do: what was written here was not written by it.
  await (await Server.start(folder)).end();
  const opened: number[] = [];
  const listed: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const server = await Server.start(folder);
    opened.push(server.openMs);
    await server.end();
    listed.push(await listOnce(folder));
  }
  const server = await Server.start(folder);
  const asked: Asked[] = [];
  for (const question of questions) asked.push(await ask(server, question));
  const { residentBytes } = await server.watch();
  await server.end();
  return {
    scenario: name,
    databaseBytes: statSync(join(folder, 'workspace.sqlite')).size,
    openMs: median(opened),
    listMs: median(listed),
    residentBytes,
    asked,
  };
}

async function ask(server: Server, [name, question]: Question): Promise<Asked> {
  const times: number[] = [];
  let [bytes, blockMs] = [0, 0];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const line = await connectTo(server.address);
    await server.watch();
    const before = line.received();
    const from = performance.now();
    try {
      await question(line.client);
    } catch (error) {
      return { ask: name, ms: 0, bytes: 0, blockMs: 0, failed: messageOf(error) };
    } finally {
      bytes = line.received() - before;
      line.close();
    }
    times.push(performance.now() - from);
    blockMs = Math.max(blockMs, (await server.watch()).blockMs);
  }
  return { ask: name, ms: median(times), bytes, blockMs };
}

/** `cascade list`, from nothing to its end. */
async function listOnce(folder: string): Promise<number> {
  const from = performance.now();
  const args = [join(import.meta.dirname, '../main/cli.ts'), 'list', '--workspace', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => child.once('close', resolve));
  return performance.now() - from;
}

class Server {
  readonly openMs: number;
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, first: z.infer<typeof started>) {
    this.#child = child;
    this.#lines = lines;
    this.openMs = first.openMs;
    this.address = first.address;
  }

  static async start(folder: string): Promise<Server> {
    const args = [join(import.meta.dirname, 'children', 'scale-server.ts'), folder];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    return new Server(child, lines, started.parse(await next(lines)));
  }

  /** What the main thread did since the last time. */
  async watch(): Promise<z.infer<typeof watched>> {
    this.#child.stdin!.write('watch\n');
    return watched.parse(await next(this.#lines));
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin!.write('end\n');
    await ended;
  }
}

async function next(lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error('The server ended before it answered.');
  return JSON.parse(value);
}

async function connectTo(address: string): Promise<{
  client: CascadeClient;
  received(): number;
  close(): void;
}> {
  const at = address.indexOf('@');
  const pipe = connect(address.slice(at + 1));
  const socket = new WebSocket('ws://owner/rpc', {
    createConnection: () => pipe,
    headers: { Authorization: `Bearer ${address.slice(0, at)}` },
    maxPayload: 0,
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    client: createORPCClient(socketLink(socket as SocketLike)),
    received: () => pipe.bytesRead,
    close: () => socket.close(),
  };
}

if (import.meta.main)
  process.stdout.write(`${JSON.stringify(await benchmarkScale(process.argv[2]), null, 2)}\n`);
