import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalClient } from '../../../main/api/router.ts';
import { McpServer } from '../../../main/cli/mcp/server.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';
import { openWorkspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION, newRun, recordOf, RUN } from '../workspace/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-mcp-'));
const COMMAND_LINE = join(import.meta.dirname, '../../../main/cli.ts');

beforeAll(async () => {
  const workspace = await openWorkspace(folder, { application: APPLICATION });
  await workspace.addRun(newRun(RUN));
  for (const epoch of [0, 1]) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  await workspace.setState(RUN, 'stopped', 'by hand');
  await workspace.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Answer = {
  id: number | string | null;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
};

/** The command, in a process of its own, as an assistant's host starts it. */
class Host {
  readonly child: ChildProcessWithoutNullStreams;
  readonly answers: Answer[] = [];
  readonly ended: Promise<number | null>;
  #last = 0;
  readonly #waiting = new Map<number | string | null, (answer: Answer) => void>();

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [COMMAND_LINE, 'mcp', '--workspace', folder, ...args]);
    // Nothing but the protocol is on standard output.
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.answers.push(answer);
      this.#waiting.get(answer.id)?.(answer);
    });
    this.child.stderr.resume();
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  say(line: unknown): void {
    this.child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  answerTo(id: number | string | null): Promise<Answer> {
    return new Promise((resolve) => {
      const known = this.answers.find((answer) => answer.id === id);
      if (known) resolve(known);
      else this.#waiting.set(id, resolve);
    });
  }

  ask(method: string, params?: object): Promise<Answer> {
    const id = ++this.#last;
    this.say({ jsonrpc: '2.0', id, method, ...(params && { params }) });
    return this.answerTo(id);
  }

  async call(name: string, input: object = {}): Promise<Record<string, unknown>> {
    return (await this.ask('tools/call', { name, arguments: input })).result!;
  }
}

interface ToolList {
  tools: { name: string; inputSchema: { type: string }; annotations: { readOnlyHint: boolean } }[];
}

describe('cascade mcp', () => {
  let host: Host;
  beforeAll(() => {
    host = new Host();
  });
  afterAll(async () => {
    host.child.kill();
    await host.ended;
  });

  test('tells its tools, and answers what a workspace holds, in a process of its own', async () => {
    const begun = await host.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    expect(begun.result).toMatchObject({
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'cascade-lab' },
    });
    host.say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect((await host.ask('ping')).result).toEqual({});
    const { tools } = (await host.ask('tools/list')).result as unknown as ToolList;
    expect(tools.map(({ name }) => name)).toEqual([
      'list_runs',
      'get_run',
      'schema',
      'query_sql',
      'list_figures',
      'export_figure',
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema.type).toBe('object');
      expect(tool.annotations.readOnlyHint).toBe(true);
    }

    expect(await host.call('list_runs', { limit: 5 })).toMatchObject({
      structuredContent: { runs: [{ id: RUN, state: 'stopped', epochsDone: 1 }] },
    });
    expect(await host.call('get_run', { run: RUN.slice(0, 12) })).toMatchObject({
      structuredContent: { summary: { id: RUN }, specification: { model: { name: 'lenet-300-100' } } },
    });
    const schema = await host.call('schema', { view: 'epochs' });
    expect(schema).toMatchObject({
      content: [{ type: 'text', text: expect.stringContaining('test_accuracy') }],
    });
    const told = await host.call('query_sql', {
      sql: 'select epoch, test_accuracy from epochs order by epoch',
    });
    const rows = [0, 1].map((epoch) => [epoch, recordOf(epoch).metrics.testAccuracy]);
    expect(told['structuredContent']).toEqual({ columns: ['epoch', 'test_accuracy'], rows, cut: null });
    // For hosts that read no documents, the same as text.
    const [{ text }] = told['content'] as [{ text: string }];
    expect(JSON.parse(text)).toEqual(told['structuredContent']);
    expect(await host.call('list_figures')).toMatchObject({ structuredContent: { figures: [] } });
  });

  test('tells mistakes so that they can be mended, and goes on', async () => {
    expect(await host.call('query_sql', { sql: 'select test_acuracy from epochs' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/did you mean 'test_accuracy'\?\nline 1:8/) }],
    });
    expect(await host.call('query_sql', { sql: 'drop table main.runs' })).toMatchObject({ isError: true });
    expect(await host.call('query_sql', { limit: 0 })).toMatchObject({ isError: true });
    expect(await host.call('get_run', { run: 'ffff' })).toMatchObject({ isError: true });
    for (const tool of ['start_study', 'stop_run', 'resume_run'])
      expect((await host.ask('tools/call', { name: tool, arguments: {} })).error).toMatchObject({
        code: -32602,
        message: expect.stringContaining('--write'),
      });
    expect((await host.ask('tools/call', { name: 'nothing' })).error).toMatchObject({ code: -32602 });
    expect((await host.ask('tools/call', {})).error).toMatchObject({ code: -32602 });
    expect((await host.ask('resources/list')).error).toMatchObject({ code: -32601 });
    host.say('not JSON');
    expect((await host.answerTo(null)).error).toMatchObject({ code: -32700 });
    host.say({ jsonrpc: '2.0', id: 'words', params: {} });
    expect((await host.answerTo('words')).error).toMatchObject({ code: -32600 });
    expect((await host.ask('initialize', { protocolVersion: '1999-01-01' })).result).toMatchObject({
      protocolVersion: '2025-11-25',
    });
  });

  test('a query that is cancelled is ended and not answered, while others are', async () => {
    const endless = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n';
    host.say({
      jsonrpc: '2.0',
      id: 'long',
      method: 'tools/call',
      params: { name: 'query_sql', arguments: { sql: endless, seconds: 600 } },
    });
    expect((await host.call('query_sql', { sql: 'select 1 as one' }))['structuredContent']).toMatchObject({
      rows: [[1]],
    });
    host.say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'long' } });
    host.child.stdin.end();
    expect(await host.ended).toBe(0);
    expect(host.answers.map(({ id }) => id)).not.toContain('long');
  });
});

test('with --write it starts, stops and resumes runs, and says what is wrong with a study', async () => {
  const double = new WorkstationDouble({ way: 'command line' });
  const sent: string[] = [];
  const server = new McpServer(createLocalClient(double), {
    version: '1',
    write: true,
    send: (line) => sent.push(line),
  });
  let id = 0;
  const call = async (name: string, input: object): Promise<Record<string, unknown>> => {
    server.connection.receive(
      JSON.stringify({ jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name, arguments: input } }),
    );
    await server.connection.settled();
    return (JSON.parse(sent.at(-1)!) as Answer).result!;
  };
  server.connection.receive(JSON.stringify({ jsonrpc: '2.0', id: 'tools', method: 'tools/list' }));
  await server.connection.settled();
  const { tools } = (JSON.parse(sent[0]!) as Answer).result as unknown as ToolList;
  expect(tools.filter(({ annotations }) => !annotations.readOnlyHint).map(({ name }) => name)).toEqual([
    'start_study',
    'stop_run',
    'resume_run',
  ]);
  const started = (await call('start_study', { text: 'one\ntwo' }))['structuredContent'] as {
    runs: string[];
  };
  expect(started.runs.length).toBeGreaterThan(0);
  const run = started.runs.at(-1)!;
  expect(await call('stop_run', { run })).toMatchObject({ structuredContent: { id: run, state: 'stopped' } });
  expect((await double.getRun(run)).summary.state).toBe('stopped');
  expect(await call('resume_run', { run })).toMatchObject({ structuredContent: { state: 'queued' } });
  expect((await double.getRun(run)).summary.state).not.toBe('stopped');
  expect(await call('start_study', { text: 'broken' })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/line \d/) }],
  });
});
