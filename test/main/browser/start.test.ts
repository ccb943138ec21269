import { beforeEach, expect, test } from 'vitest';
import { CascadeError } from '../../../common/errors.ts';
import { browserCommand } from '../../../main/browser/open-browser.ts';
import { parseBrowserOptions, type BrowserOptions } from '../../../main/browser/options.ts';
import { runBrowserWay, startBrowserWay, type Surroundings } from '../../../main/browser/start.ts';
import { defaultWorkspace } from '../../../main/entry/application.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';
import { get, pageFolder } from './helpers.ts';

let double: WorkstationDouble;
let printed: string[];
let warned: string[];
let opened: string[];
let removed: number;
let around: Surroundings;
const options: BrowserOptions = { workspace: '/somewhere', port: 0, open: true, window: true, starter: true };

beforeEach(() => {
  double = new WorkstationDouble();
  [printed, warned, opened, removed] = [[], [], [], 0];
  around = {
    openWorkstation: async () => double,
    print: (line) => printed.push(line),
    warn: (line) => warned.push(line),
    open: (address) => {
      opened.push(address);
      return () => removed++;
    },
    pageFolder: pageFolder(),
  };
});

test('one line with the address is printed; the browser gets another that is good for one visit', async () => {
  const running = await startBrowserWay(options, around);
  expect(printed).toEqual([`Cascade Lab at ${running.address}`]);
  expect(running.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
  expect(opened).toHaveLength(1);
  expect(opened[0]).not.toBe(running.address);
  await running.close();
});

test('what was written for the browser is taken back once it came, and at the end', async () => {
  const running = await startBrowserWay(options, around);
  const { port, search } = new URL(opened[0]!);
  expect(removed).toBe(0);
  await get(Number(port), `/${search}`);
  expect(removed).toBe(1);
  await running.close();
  expect(removed).toBe(2);
});

test('a browser that cannot be opened keeps nobody from opening the printed address', async () => {
  const open = () => {
    throw new Error('no room');
  };
  const running = await startBrowserWay(options, { ...around, open });
  expect(warned).toEqual([expect.stringContaining('no room')]);
  await running.close();
});

test('--no-open opens nothing', async () => {
  const running = await startBrowserWay({ ...options, open: false }, around);
  expect(opened).toEqual([]);
  await running.close();
});

test('an empty workspace starts the starter study, one with runs is left alone', async () => {
  const first = await startBrowserWay(options, around);
  expect([...double.runs.values()].map((run) => run.memberships[0])).toMatchObject([
    { study: 'starter', arm: 'control' },
    { study: 'starter', arm: 'magnitude' },
  ]);
  await first.close();
  double.bundled = [];
  const again = await startBrowserWay(options, around);
  expect(double.runs.size).toBe(2);
  expect(warned).toEqual([]);
  await again.close();
});

test('--no-starter leaves an empty workspace empty', async () => {
  const running = await startBrowserWay({ ...options, starter: false }, around);
  expect(double.runs.size).toBe(0);
  await running.close();
});

test('a starter study that cannot start keeps nobody from opening the window', async () => {
  double.bundled = [];
  const running = await startBrowserWay(options, around);
  expect(warned).toEqual(['The starter study is missing from this installation.']);
  await running.close();
});

test('closing ends the connections, then the workstation, once', async () => {
  const running = await startBrowserWay(options, around);
  const { port } = new URL(running.address);
  await Promise.all([running.close(), running.close()]);
  expect(double.closed).toBe(1);
  await expect(get(Number(port), '/')).rejects.toThrow(/ECONNREFUSED/);
});

test('a port that is taken: one sentence, and the workspace is let go of', async () => {
  const running = await startBrowserWay(options, around);
  const second = new WorkstationDouble();
  const port = Number(new URL(running.address).port);
  const code = await runBrowserWay({ ...options, port }, { ...around, openWorkstation: async () => second });
  expect(code).toBe(1);
  expect(warned.at(-1)).toMatch(new RegExp(`^Port ${port} cannot be used .*--port`));
  expect(second.closed).toBe(1);
  await running.close();
});

test('a page that was not built, or a workspace that is held: one sentence, exit code 1', async () => {
  const empty = temporaryFolder();
  expect(await runBrowserWay(options, { ...around, pageFolder: empty })).toBe(1);
  expect(warned.at(-1)).toContain('npm run build');
  const openWorkstation = () =>
    Promise.reject(new CascadeError('WORKSPACE_LOCKED', 'It is open in process 1.'));
  expect(await runBrowserWay(options, { ...around, openWorkstation })).toBe(1);
  expect(warned.at(-1)).toBe('It is open in process 1.');
});

test('a signal closes the workstation in order; exit code 0', async () => {
  const ended = runBrowserWay(options, around);
  await expect.poll(() => printed.length).toBe(1);
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  expect(double.closed).toBe(1);
});

test('options and their defaults', () => {
  expect(parseBrowserOptions([], '0')).toEqual({
    workspace: defaultWorkspace(),
    port: 0,
    open: true,
    window: true,
    starter: true,
  });
  const given = ['--no-open', '--port', '8123', '--workspace', '/w', '--concurrency', '2', '--threads', '4'];
  expect(parseBrowserOptions([...given, '--no-starter'], '0')).toEqual({
    workspace: '/w',
    port: 8123,
    open: false,
    window: true,
    starter: false,
    concurrency: 2,
    threads: 4,
  });
  expect(parseBrowserOptions(['--start-starter'], '0').starter).toBe(true);
  expect(parseBrowserOptions(['--tab'], '0').window).toBe(false);
});

test('the workspace lies in the user’s data folder', () => {
  expect(defaultWorkspace({ HOME: '/home/a' }, 'linux')).toBe('/home/a/.local/share/cascade-lab/workspace');
  expect(defaultWorkspace({ HOME: '/home/a', XDG_DATA_HOME: '/d' }, 'linux')).toBe(
    '/d/cascade-lab/workspace',
  );
  expect(defaultWorkspace({ HOME: '/Users/a' }, 'darwin')).toContain('/Users/a/Library/Application Support');
});

test('the browser is started without a shell: the address is one argument, whatever it holds', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const { file, args } = browserCommand('http://127.0.0.1:1/?token=a;$(id)&x', platform);
    expect(['xdg-open', 'open', 'rundll32']).toContain(file);
    expect(args.at(-1)).toBe('http://127.0.0.1:1/?token=a;$(id)&x');
  }
});
