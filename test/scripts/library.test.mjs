import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLibrary, libraryEnvironment, wantedVariant } from '../../scripts/lib/library.mjs';
import { variants } from '../../scripts/lib/wheels.mjs';
import { temporaryFolder, write, writeCommand } from './helpers.mjs';

/** @type {[string, string]} */
const names =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/**
 * @param {string} site
 * @param {string} distribution e.g. 'tensorflow_cpu-2.21.0'
 */
function tensorflowIn(site, distribution) {
  for (const name of names) write(site, { [`tensorflow/${name}`]: name });
  write(site, { [`${distribution}.dist-info/METADATA`]: '' });
  return join(site, 'tensorflow');
}

describe('a library that is there already', () => {
  test.each(['VIRTUAL_ENV', 'CONDA_PREFIX'])('is found in %s', async (variable) => {
    const home = temporaryFolder();
    const folder = tensorflowIn(join(home, 'lib', 'python3.12', 'site-packages'), 'tensorflow-2.16.1');
    expect(await findLibrary({ [variable]: home, PATH: '' }, join(home, 'cache'), null)).toEqual({
      folder,
      version: '2.16.1',
      source: 'python',
    });
  });

  test('is found by asking python3, which is asked once', async () => {
    const home = temporaryFolder();
    const folder = tensorflowIn(join(home, 'site'), 'tensorflow_cpu-2.21.0');
    const env = { PATH: `${join(home, 'bin')}:/bin` };
    writeCommand(join(home, 'bin', 'python3'), `echo '["/nowhere", "${join(home, 'site')}"]'`);
    const found = { folder, version: '2.21.0', source: 'python' };
    expect(await findLibrary(env, join(home, 'cache'), null)).toEqual(found);
    writeCommand(join(home, 'bin', 'python3'), 'exit 1');
    expect(await findLibrary(env, join(home, 'cache'), null)).toEqual(found);
  });

  test.each(['tensorflow-2.15.1', 'tensorflow_estimator-2.21.0', 'tensorflow-1.99.0'])(
    'is not taken from %s',
    async (distribution) => {
      const home = temporaryFolder();
      tensorflowIn(join(home, 'lib', 'python3.11', 'site-packages'), distribution);
      expect(await findLibrary({ VIRTUAL_ENV: home, PATH: '' }, join(home, 'cache'), null)).toBeNull();
    },
  );

  test.each(['', 'tensorflow', 'lib'])('is named by CASCADE_LIBTENSORFLOW (in its ./%s)', async (below) => {
    const home = temporaryFolder();
    for (const name of names) write(join(home, below), { [name]: '' });
    const found = await findLibrary({ CASCADE_LIBTENSORFLOW: home }, join(home, 'cache'), null);
    expect(found?.folder).toBe(join(home, below));
  });

  test('is not silently replaced by another where CASCADE_LIBTENSORFLOW names none', async () => {
    const home = temporaryFolder();
    const site = join(home, 'lib', 'python3.12', 'site-packages');
    tensorflowIn(site, 'tensorflow-2.21.0');
    const env = { CASCADE_LIBTENSORFLOW: '/nowhere', VIRTUAL_ENV: home };
    await expect(findLibrary(env, join(home, 'cache'), null)).rejects.toThrow(
      /CASCADE_LIBTENSORFLOW is \/nowhere, where libtensorflow_cc.* is not: name the folder/,
    );
  });
});

test('the wheel is chosen by machine: CUDA with a GPU unless the engine is to be the processor', () => {
  const linux = { platform: 'linux', arch: 'x64', gpu: true };
  expect(wantedVariant({}, linux)).toBe(variants['cuda-linux-x64']);
  expect(wantedVariant({ CASCADE_ENGINE: 'cpu' }, linux)).toBe(variants['cpu-linux-x64']);
  expect(wantedVariant({}, { ...linux, gpu: false })).toBe(variants['cpu-linux-x64']);
  expect(wantedVariant({}, { ...linux, arch: 'arm64' })).toBe(variants['cpu-linux-arm64']);
  expect(wantedVariant({}, { platform: 'win32', arch: 'x64', gpu: false })).toBeNull();
});

test.each(Object.entries(variants))('the table of %s is whole', (name, variant) => {
  expect(variant.folder).toBe(`${variant.version}-${name}`);
  for (const wheel of variant.wheels) expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(variant.wheels.map((wheel) => wheel.sha256)).size).toBe(variant.wheels.length);
});

test.runIf(process.platform === 'linux')('the application is told where the libraries lie', () => {
  const home = temporaryFolder();
  write(home, { 'nvidia/cublas/lib/libcublas.so.12': '' });
  const library = {
    folder: join(home, 'tensorflow'),
    version: '2.21.0',
    source: /** @type {const} */ ('python'),
  };
  expect(libraryEnvironment(library, { LD_LIBRARY_PATH: '/before' })).toEqual({
    CASCADE_LIBTENSORFLOW: library.folder,
    LD_LIBRARY_PATH: `${join(home, 'nvidia', 'cublas', 'lib')}:/before`,
  });
  const cache = /** @type {const} */ ({ version: '2.21.0', source: 'cache' });
  expect(libraryEnvironment({ ...cache, folder: '/cache/2.21.0-cpu-linux-x64' }, {})).toEqual({});
  expect(libraryEnvironment({ ...cache, folder: '/cache/2.21.0-cuda-linux-x64' }, {})).toEqual({
    LD_LIBRARY_PATH: '/cache/2.21.0-cuda-linux-x64',
  });
});

describe.runIf(process.platform === 'linux')(
  'XLA is told of the toolkit that lies with the CUDA build',
  () => {
    /** @param {string} name of the folder of the library @param {string} toolkit */
    function cudaBuild(name, toolkit) {
      const home = temporaryFolder();
      write(home, {
        [join(name, 'libtensorflow_cc.so.2')]: '',
        [join(toolkit, 'nvvm/libdevice/libdevice.10.bc')]: '',
      });
      return home;
    }
    const cached = (/** @type {string} */ folder) => ({
      folder,
      version: '2.21.0',
      source: /** @type {const} */ ('cache'),
    });
    const name = '2.21.0-cuda-linux-x64';

    test('by its folder, behind the flags that are set already', () => {
      const folder = join(cudaBuild(name, `${name}/cuda`), name);
      const flag = `--xla_gpu_cuda_data_dir=${folder}/cuda`;
      expect(libraryEnvironment(cached(folder), {}).XLA_FLAGS).toBe(flag);
      const before = { XLA_FLAGS: '--xla_dump_to=/dump' };
      expect(libraryEnvironment(cached(folder), before).XLA_FLAGS).toBe(`--xla_dump_to=/dump ${flag}`);
    });

    test('quoted where XLA would take the path apart', () => {
      const folder = join(cudaBuild(`a "b" c/${name}`, `a "b" c/${name}/cuda`), 'a "b" c', name);
      const escaped = folder.replaceAll('"', '\\"');
      expect(libraryEnvironment(cached(folder), {}).XLA_FLAGS).toBe(
        `--xla_gpu_cuda_data_dir="${escaped}/cuda"`,
      );
    });

    test('but not where a person has named another, or a file of flags, nor without a toolkit', () => {
      const folder = join(cudaBuild(name, `${name}/cuda`), name);
      for (const XLA_FLAGS of ['--xla_gpu_cuda_data_dir=/mine', '/home/flags.txt'])
        expect(libraryEnvironment(cached(folder), { XLA_FLAGS })).not.toHaveProperty('XLA_FLAGS');
      expect(libraryEnvironment(cached(temporaryFolder()), {})).toEqual({});
    });

    test('of a Python environment too', () => {
      const home = cudaBuild('tensorflow', 'nvidia/cuda_nvcc');
      const library = { ...cached(join(home, 'tensorflow')), source: /** @type {const} */ ('python') };
      expect(libraryEnvironment(library, {}).XLA_FLAGS).toBe(
        `--xla_gpu_cuda_data_dir=${join(home, 'nvidia', 'cuda_nvcc')}`,
      );
    });
  },
);

test('the CUDA build brings what XLA compiles with, of the release of its other compilers', () => {
  const { wheels = [], tools } = variants['cuda-linux-x64'] ?? {};
  const nvcc = wheels.find(({ name }) => name === 'nvidia-cuda-nvcc-cu12');
  expect(nvcc?.version).toBe(wheels.find(({ name }) => name === 'nvidia-cuda-nvrtc-cu12')?.version);
  expect(tools?.exec('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc')?.[1]).toBe(
    'nvvm/libdevice/libdevice.10.bc',
  );
  expect(tools?.exec('nvidia/cuda_nvcc/include/crt/mma.h')).toBeNull();
});
