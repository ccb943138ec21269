import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildIsFresh } from '../../scripts/lib/build.mjs';
import { verifyCached } from '../../scripts/lib/fetch-library.mjs';
import { findLibrary } from '../../scripts/lib/library.mjs';
import { processIdentity } from '../../scripts/lib/lock.mjs';
import { packagesAreThere } from '../../scripts/lib/packages.mjs';
import { temporaryFolder, until, write, writeCommand, zip } from './helpers.mjs';

/**
 * The whole of set-up as a process of its own, killed (SIGKILL) in the middle of each of its works and started again.
 * npm and the builder are made up; pip is where the test is of the download, from a server of the test's own.
 */

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const tag = 'cp312-cp312-manylinux_2_27_x86_64';
const info = 'tensorflow_cpu-2.21.0.dist-info';
const wheel = zip({
  // Of several pieces, each unpacked on its own.
  [`tensorflow/${libraries[0]}`]: Buffer.concat([Buffer.alloc(5_000_000), randomBytes(100_000)]),
  [`tensorflow/${libraries[1]}`]: randomBytes(50_000),
  [`${info}/METADATA`]: Buffer.from('Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n'),
  [`${info}/WHEEL`]: Buffer.from(`Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`),
  [`${info}/RECORD`]: Buffer.from(''),
});
const variant = {
  folder: '2.21.0-cpu-test',
  version: '2.21.0',
  platforms: ['manylinux_2_27_x86_64'],
  wheels: [
    {
      name: 'tensorflow-cpu',
      version: '2.21.0',
      sha256: createHash('sha256').update(wheel).digest('hex'),
    },
  ],
  libraries,
  download: wheel.length,
  unpacked: 6_000_000,
  tried: true,
};
const lock = {
  packages: { '': {}, 'node_modules/one': { version: '1' }, 'node_modules/two': { version: '1' } },
};

/** Whether a real pip is here; the test of the download needs one. */
const pip = (() => {
  try {
    return execFileSync('python3', ['-m', 'pip', '--version'], { encoding: 'utf8' }).startsWith('pip ');
  } catch {
    return false;
  }
})();

/** A checkout that nothing was ever set up in, and a user with an empty cache. */
function scene() {
  const home = temporaryFolder();
  const [root, bin] = [join(home, 'checkout'), join(home, 'bin')];
  const cache = join(home, 'cache', 'cascade-lab');
  const installs = (/** @type {string} */ name) =>
    `mkdir -p node_modules/${name} && echo '{}' > node_modules/${name}/package.json`;
  const npm = (/** @type {string} */ between) =>
    writeCommand(
      join(bin, 'npm'),
      `rm -rf node_modules/one node_modules/two
      ${installs('one')}
      ${between}
      ${installs('two')} && cp package-lock.json node_modules/.package-lock.json
      mkdir -p node_modules/electron-vite/bin && cp builder.cjs node_modules/electron-vite/bin/electron-vite.js`,
    );
  /** Writes two files, and does something when one and a half are there. */
  const builder = (/** @type {string} */ between) =>
    write(root, {
      'builder.cjs': `const fs = require('node:fs');
        // Not for ever, should the test fail and nobody come.
        const wait = (file) => { for (let turn = 0; !fs.existsSync(file) && turn < 2000; turn++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); };
        fs.appendFileSync('diary', 'in ');
        fs.mkdirSync('out/main', { recursive: true });
        fs.writeFileSync('out/main/one.js', fs.readFileSync('main/one.ts'));
        fs.writeFileSync('out/main/two.js', 'half');
        ${between}
        fs.writeFileSync('out/main/two.js', fs.readFileSync('main/two.ts'));
        fs.appendFileSync('diary', 'out ');`,
    });
  write(root, { 'package-lock.json': JSON.stringify(lock), 'main/one.ts': 'one', 'main/two.ts': 'two' });
  write(home, { 'wheel.whl': wheel });
  npm('');
  builder('');
  writeCommand(
    join(bin, 'python3'),
    `case "$*" in
    *--version*) echo "pip 99.0 from nowhere"; exit 0 ;;
    "-m pip download"*) ;;
    *) exit 1 ;;
    esac
    while [ "$1" != --dest ]; do shift; done
    cp '${home}/wheel.whl' "$2/tensorflow_cpu.whl"`,
  );
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
  return {
    home,
    root,
    bin,
    env,
    npm,
    builder,
    folder: join(cache, 'libtensorflow', variant.folder),
    found: () => findLibrary(env, cache, variant),
    /** Processes that the lock of the checkout names and that run. */
    workers: () =>
      readFileSync(join(root, '.cache', 'setup.lock'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && processIdentity(Number.parseInt(line, 10)) === line).length,
    out: () => ['one', 'two'].map((name) => readFileSync(join(root, `out/main/${name}.js`), 'utf8')),
    /** Nothing but what set-up is to bring stays. */
    expectWhole: async () => {
      expect(packagesAreThere(root) && buildIsFresh(root)).toBe(true);
      expect(readdirSync(join(root, 'node_modules')).sort()).toEqual(
        ['.bin', '.cascade-setup.json', '.package-lock.json', 'electron-vite', 'one', 'two'].sort(),
      );
      expect(readdirSync(join(root, 'out')).sort()).toEqual(['.cascade-build.json', 'main']);
      expect(readdirSync(join(root, '.cache'))).toEqual([]);
      expect(readdirSync(join(cache, 'libtensorflow'))).toEqual([variant.folder]);
      expect(await verifyCached(join(cache, 'libtensorflow', variant.folder))).toBe(true);
    },
  };
}

/**
 * Set-up in a process of its own.
 * @param {Pick<ReturnType<typeof scene>, 'root' | 'env'>} scene
 * @param {string} [onText] program that is given each `text` of its progress, and how often it has come
 */
function setUp({ root, env }, onText = '') {
  const code = `
    import { setUp } from ${JSON.stringify(new URL('../../scripts/setup.mjs', import.meta.url).href)};
    const seen = new Map();
    const told = (_title, text) => {
      const count = (seen.get(text.split(/[, ]/)[0]) ?? 0) + 1;
      seen.set(text.split(/[, ]/)[0], count);
      ${onText}
    };
    const report = { progress: told, done: told, say: (text) => process.stdout.write(text + '\\n') };
    const { problems } = await setUp({
      root: ${JSON.stringify(root)}, env: ${JSON.stringify(env)}, report,
      variantOf: () => (${JSON.stringify(variant)}),
    });
    if (problems.length > 0) throw new Error(problems.join());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  /** @type {Promise<number | string>} its exit code, or the signal that ended it */
  const ended = new Promise((settle) => child.once('exit', (code, signal) => settle(code ?? signal ?? '')));
  return {
    kill: () => child.kill('SIGKILL'),
    ended,
    output: () => output,
    /** To its end, in order. */
    done: async () => expect({ ended: await ended, output }).toMatchObject({ ended: 0 }),
  };
}

const killsItself = (/** @type {string} */ when) => `if (${when}) process.kill(process.pid, 'SIGKILL');`;

test.each([
  ['before a wheel is verified', `text.startsWith('verifying')`],
  ['at the first piece that is unpacked', `text.startsWith('unpacking')`],
  ['in the middle of a library', `text.startsWith('unpacking') && count === 4`],
  ['in the last library', `text.startsWith('unpacking') && count === 6`],
])('killed %s, nothing half is taken for whole, and the next one brings all', async (_when, moment) => {
  const made = scene();
  expect(await setUp(made, killsItself(moment)).ended).toBe('SIGKILL');
  expect(await made.found()).toBeNull();
  expect(existsSync(made.folder)).toBe(false);
  await setUp(made).done();
  await made.expectWhole();
});

test('killed when the library has just come into its place, it is taken, and is whole', async () => {
  const made = scene();
  expect(await setUp(made, killsItself(`/unpacked into/.test(text)`)).ended).toBe('SIGKILL');
  expect(await made.found()).toMatchObject({ folder: made.folder });
  expect(await verifyCached(made.folder)).toBe(true);
});

test.runIf(pip)(
  'killed while it downloads, the next one ends the pip left behind and downloads anew',
  async () => {
    const made = scene();
    let whole = false;
    let asked = 0;
    const server = createServer(({ url = '' }, response) => {
      if (!url.endsWith('.whl')) {
        const href = `/tensorflow_cpu-2.21.0-${tag}.whl#sha256=${variant.wheels[0]?.sha256}`;
        return response.setHeader('Content-Type', 'text/html').end(`<a href="${href}">${href.slice(1)}</a>`);
      }
      asked++;
      response.setHeader('Content-Length', wheel.length);
      if (whole) return response.end(wheel);
      return response.write(wheel.subarray(0, wheel.length / 2));
    });
    await new Promise((settle) => server.listen(0, '127.0.0.1', () => settle(undefined)));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    // The real pip, but not a TensorFlow that the real Python may have.
    const python = execFileSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).trim();
    writeCommand(
      join(made.bin, 'python3'),
      `case "$*" in
    *--version*) echo "pip 99.0" ;;
    "-m pip"*) exec '${python}' "$@" ;;
    *) exit 1 ;;
    esac`,
    );
    const index = { PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`, PIP_CONFIG_FILE: '/dev/null' };
    const there = { ...made, env: { ...made.env, ...index } };

    const first = setUp(there);
    await until(() => asked === 1);
    const home = join(made.folder, '..');
    const partial = readdirSync(home).find((name) => name.includes('.partial-')) ?? '';
    const orphan = Number.parseInt(readFileSync(join(home, partial, 'pip-process'), 'utf8'), 10);
    first.kill();
    expect(await first.ended).toBe('SIGKILL');
    expect(processIdentity(orphan)).not.toBeNull();
    expect(await made.found()).toBeNull();

    whole = true;
    await setUp(there).done();
    await made.expectWhole();
    await until(() => processIdentity(orphan) === null);
  },
);

test('killed while npm installs, the next one waits for the npm left behind and installs anew', async () => {
  const made = scene();
  made.npm(
    `touch half; turn=0; while [ ! -f go ] && [ $turn -lt 1000 ]; do sleep 0.02; turn=$((turn + 1)); done`,
  );
  const first = setUp(made);
  await until(() => existsSync(join(made.root, 'half')) && made.workers() === 2);
  first.kill();
  await first.ended;
  expect(packagesAreThere(made.root)).toBe(false);

  const second = setUp(made);
  await until(() => second.output().includes('waiting for it'));
  writeFileSync(join(made.root, 'go'), '');
  await second.done();
  await made.expectWhole();
});

test('killed while it builds, the next one waits for the builder left behind and builds anew', async () => {
  const made = scene();
  made.builder(`fs.writeFileSync('half', ''); wait('go');`);
  const first = setUp(made);
  await until(() => existsSync(join(made.root, 'half')) && made.workers() === 2);
  first.kill();
  await first.ended;
  expect(buildIsFresh(made.root)).toBe(false);
  expect(made.out()).toEqual(['one', 'half']);

  // What the builder left behind writes from now on is of sources that are no more.
  write(made.root, { 'main/one.ts': 'one, changed' });
  const second = setUp(made);
  await until(() => second.output().includes('waiting for it'));
  writeFileSync(join(made.root, 'go'), '');
  await second.done();
  await made.expectWhole();
  expect(made.out()).toEqual(['one, changed', 'two']);
  expect(readFileSync(join(made.root, 'diary'), 'utf8')).toBe('in out in out ');
});
