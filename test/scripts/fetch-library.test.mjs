import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { provideLibrary, verifyCached } from '../../scripts/lib/fetch-library.mjs';
import { processIdentity } from '../../scripts/lib/lock.mjs';
import { variants } from '../../scripts/lib/wheels.mjs';
import { listeningReporter, temporaryFolder, until, write, writeCommand, zip } from './helpers.mjs';

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const wheel = zip({
  'tensorflow/libtensorflow_cc.so.2': Buffer.concat([Buffer.from('cc'), randomBytes(100_000)]),
  'tensorflow/libtensorflow_framework.so.2': randomBytes(50_000),
  'tensorflow/__init__.py': Buffer.from('raise ImportError'),
});
const toolsWheel = zip({
  'nvidia/cuda_nvcc/bin/ptxas': Buffer.from('#!/bin/sh\necho assembled\n'),
  'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': randomBytes(1000),
  'nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so': randomBytes(1000),
  'nvidia/cuda_nvcc/include/crt/mma.h': randomBytes(1000),
});
const cudaWheel = zip({
  'nvidia/cublas/lib/libcublas.so.12': randomBytes(10_000),
  'nvidia/cublas/x.h': wheel,
});

/** @param {Buffer} data */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** A user with a made-up pip, which 'fetches' made-up wheels and notes its calls. */
function scene() {
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  const calls = join(home, 'calls');
  write(home, { 'wheel.whl': wheel, 'cuda.whl': cudaWheel, calls: '' });
  const pip = (/** @type {string} */ download) =>
    writeCommand(
      join(bin, 'python3'),
      `case "$*" in
      *--version*) echo "pip 99.0 from nowhere"; exit 0 ;;
      "-m pip download"*) ;;
      *) exit 1 ;;
      esac
      echo "$*" >> '${calls}'
      while [ "$1" != --dest ]; do shift; done
      dest="$2"
      ${download}`,
    );
  const variant = {
    folder: '2.21.0-cpu-test',
    version: '2.21.0',
    platforms: ['any'],
    wheels: [{ name: 'tensorflow-cpu', version: '2.21.0', sha256: sha256(wheel) }],
    libraries,
    download: wheel.length,
    unpacked: 150_000,
    tried: true,
  };
  pip(`cp '${home}/wheel.whl' "$dest/tensorflow_cpu.whl"`);
  const cache = join(home, 'cache');
  return {
    home,
    cache,
    variant,
    pip,
    folder: join(cache, 'libtensorflow', variant.folder),
    calls: () => readFileSync(calls, 'utf8').split('\n').filter(Boolean),
    options: { env: { PATH: `${bin}:/usr/bin:/bin` }, cache, report: listeningReporter(), variant },
  };
}

test('it is fetched once, by hash, and nothing but the libraries stays', async () => {
  const { options, folder, calls, cache } = scene();
  expect(await provideLibrary(options)).toEqual({ folder, version: '2.21.0', source: 'cache' });
  expect(await provideLibrary(options)).toEqual({ folder, version: '2.21.0', source: 'cache' });
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toMatch(
    /--no-deps --only-binary :all: .*--require-hashes .*--python-version 3.12 --platform any/,
  );
  expect(readdirSync(join(cache, 'libtensorflow'))).toEqual(['2.21.0-cpu-test']);
  expect(readdirSync(folder).sort()).toEqual(['complete.json', ...libraries]);
  const complete = JSON.parse(readFileSync(join(folder, 'complete.json'), 'utf8'));
  expect(complete.wheels).toEqual([sha256(wheel)]);
  for (const name of libraries) {
    const content = readFileSync(join(folder, name));
    expect(complete.files[name]).toEqual({ size: content.length, sha256: sha256(content) });
  }
});

test('a wheel with another hash is refused and removed', async () => {
  const { options, pip, cache, home } = scene();
  pip(`cp '${home}/wheel.whl' "$dest/tensorflow_cpu.whl"; printf x >> "$dest/tensorflow_cpu.whl"`);
  await expect(provideLibrary(options)).rejects.toThrow(
    /tensorflow_cpu.whl was refused and removed: its SHA-256/,
  );
  expect(readdirSync(join(cache, 'libtensorflow'))).toEqual([]);
});

test('a wheel without the libraries is refused', async () => {
  const { options, variant, home, cache } = scene();
  const other = zip({ 'tensorflow/libtensorflow_cc.so.2': Buffer.from('cc') });
  write(home, { 'wheel.whl': other });
  variant.wheels = [{ name: 'tensorflow-cpu', version: '2.21.0', sha256: sha256(other) }];
  await expect(provideLibrary(options)).rejects.toThrow(/holds no libtensorflow_framework.so.2/);
  expect(readdirSync(join(cache, 'libtensorflow'))).toEqual([]);
});

test('a wheel whose content is damaged is refused, whatever its hash', async () => {
  const { options, variant, home, cache } = scene();
  const damaged = Buffer.from(wheel);
  damaged.writeUInt8(damaged.readUInt8(5000) ^ 1, 5000);
  write(home, { 'wheel.whl': damaged });
  variant.wheels = [{ name: 'tensorflow-cpu', version: '2.21.0', sha256: sha256(damaged) }];
  await expect(provideLibrary(options)).rejects.toThrow(/is damaged/);
  expect(readdirSync(join(cache, 'libtensorflow'))).toEqual([]);
});

test('what a killed set-up has left is cleared away, its pip ended, and the work done anew', async () => {
  const { options, pip, home, cache, folder, variant } = scene();
  pip(`printf half > "$dest/temporary/part"; exec sleep 600`);
  const url = JSON.stringify(new URL('../../scripts/lib/fetch-library.mjs', import.meta.url).href);
  const { report: _, ...plain } = options;
  const code = `
    import { provideLibrary } from ${url};
    const report = { progress() {}, done() {}, say() {} };
    await provideLibrary({ ...${JSON.stringify(plain)}, report });`;
  const setUp = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  onTestFinished(() => void setUp.kill('SIGKILL'));
  const partial = join(cache, 'libtensorflow', `${variant.folder}.partial-${setUp.pid}`);
  const noted = () => existsSync(join(partial, 'pip-process'));
  await until(() => existsSync(join(partial, 'wheels', 'temporary', 'part')) && noted());
  const orphan = Number.parseInt(readFileSync(join(partial, 'pip-process'), 'utf8'), 10);
  setUp.kill('SIGKILL');
  await new Promise((settle) => setUp.once('close', settle));
  expect(processIdentity(orphan)).not.toBeNull();

  pip(`cp '${home}/wheel.whl' "$dest/tensorflow_cpu.whl"`);
  await provideLibrary(options);
  expect(readdirSync(join(cache, 'libtensorflow'))).toEqual([variant.folder]);
  expect(await verifyCached(folder)).toBe(true);
  await until(() => processIdentity(orphan) === null);
});

test('an unpacking that did not end, and a file cut short, are done anew', async () => {
  const { options, folder, calls, cache } = scene();
  write(cache, { 'libtensorflow/2.21.0-cpu-test/libtensorflow_cc.so.2': 'half' });
  await provideLibrary(options);
  expect(calls()).toHaveLength(1);
  truncateSync(join(folder, 'libtensorflow_cc.so.2'), 100);
  await provideLibrary(options);
  expect(calls()).toHaveLength(2);
  expect(await verifyCached(folder)).toBe(true);
});

test('verifying finds a single wrong byte and removes the library', async () => {
  const { options, folder } = scene();
  await provideLibrary(options);
  const file = join(folder, 'libtensorflow_framework.so.2');
  const content = readFileSync(file);
  content.writeUInt8(content.readUInt8(7) ^ 1, 7);
  writeFileSync(file, content);
  expect(await verifyCached(folder)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

test('two set-ups at once fetch it once', async () => {
  const { options, calls, pip, home } = scene();
  pip(`sleep 0.3; cp '${home}/wheel.whl' "$dest/tensorflow_cpu.whl"`);
  const both = await Promise.all([provideLibrary(options), provideLibrary(options)]);
  expect(both[0]).toEqual(both[1]);
  expect(calls()).toHaveLength(1);
});

test('a broken connection is tried again, a refusal is told with its reason', async () => {
  const { options, pip, home, calls, folder } = scene();
  pip(`echo 'ERROR: no matching distribution' >&2; exit 1`);
  await expect(provideLibrary(options)).rejects.toThrow(
    /pip could not fetch tensorflow-cpu 2.21.0 \(no matching distribution\): .* CASCADE_LIBTENSORFLOW/,
  );
  expect(calls()).toHaveLength(1);
  pip(`if [ ! -f '${home}/again' ]; then touch '${home}/again'; echo 'Connection broken' >&2; exit 1; fi
    cp '${home}/wheel.whl' "$dest/tensorflow_cpu.whl"`);
  await provideLibrary(options);
  expect(existsSync(folder)).toBe(true);
});

test('without pip, one sentence says what to do', async () => {
  const { options, home } = scene();
  rmSync(join(home, 'bin'), { recursive: true });
  await expect(provideLibrary({ ...options, env: { PATH: join(home, 'bin') } })).rejects.toThrow(
    /fetched by Python's pip, which is not here: install it/,
  );
});

test('too little room is told before anything is fetched', async () => {
  const { options, variant, calls } = scene();
  variant.unpacked = 1e18;
  await expect(provideLibrary(options)).rejects.toThrow(/make room/);
  expect(calls()).toHaveLength(0);
});

test('CUDA libraries are laid beside, and the tools of XLA as a toolkit of their own', async () => {
  const { options, variant, pip, home, folder, calls } = scene();
  write(home, { 'tools.whl': toolsWheel });
  const cublas = { name: 'nvidia-cublas-cu12', version: '12', sha256: sha256(cudaWheel) };
  const nvcc = { name: 'nvidia-cuda-nvcc-cu12', version: '12', sha256: sha256(toolsWheel) };
  const { besides = /^$/, tools = /^$/ } = variants['cuda-linux-x64'] ?? {};
  const before = { ...variant, wheels: [...variant.wheels, cublas], besides };
  pip(`cp '${home}/wheel.whl' "$dest/tensorflow.whl"; cp '${home}/cuda.whl' "$dest/cublas.whl"`);
  await provideLibrary({ ...options, variant: before });
  expect(readdirSync(folder).sort()).toEqual(['complete.json', 'libcublas.so.12', ...libraries]);

  // A set-up that knows one more wheel does not take what the earlier one brought for whole.
  const after = { ...before, wheels: [...before.wheels, nvcc], tools };
  pip(
    `cp '${home}/wheel.whl' "$dest/tensorflow.whl"; cp '${home}/cuda.whl' "$dest/cublas.whl"; cp '${home}/tools.whl' "$dest/nvcc.whl"`,
  );
  await provideLibrary({ ...options, variant: after });
  await provideLibrary({ ...options, variant: after });
  expect(calls()).toHaveLength(2);
  expect(readdirSync(folder).sort()).toEqual(['complete.json', 'cuda', 'libcublas.so.12', ...libraries]);
  expect(readdirSync(join(folder, 'cuda'), { recursive: true }).sort()).toEqual(
    ['bin', 'bin/ptxas', 'nvvm', 'nvvm/libdevice', 'nvvm/libdevice/libdevice.10.bc'].map(normalize),
  );
  expect(execFileSync(join(folder, 'cuda', 'bin', 'ptxas'), { encoding: 'utf8' })).toBe('assembled\n');
  expect(await verifyCached(folder)).toBe(true);
  truncateSync(join(folder, 'cuda', 'nvvm', 'libdevice', 'libdevice.10.bc'), 10);
  await provideLibrary({ ...options, variant: after });
  expect(calls()).toHaveLength(3);
});
