import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CascadeError } from '../../../../common/errors.ts';
import { encodeConfig } from '../../../../main/trainer/tensorflow/config-proto.ts';
import { cacheFolder, locateLibrary } from '../../../../main/trainer/tensorflow/library.ts';
import { loadTensorFlow } from '../../../../main/trainer/tensorflow/native.ts';

const NAMES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'library-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function touch(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), 'not a library');
  }
}

const locate = (env: Record<string, string>) => locateLibrary({ HOME: join(root, 'home'), ...env }, 'linux');

function failure(body: () => unknown): CascadeError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(CascadeError);
    return error as CascadeError;
  }
  throw new Error('nothing was thrown');
}

describe('where TensorFlow is looked for', () => {
  it('takes the folder that a person names, and refuses one without it', () => {
    touch(...NAMES.map((name) => `chosen/${name}`), 'partial/libtensorflow_cc.so.2');
    expect(locate({ CASCADE_LIBTENSORFLOW: join(root, 'chosen') })).toEqual({
      folder: join(root, 'chosen'),
      cc: join(root, 'chosen', 'libtensorflow_cc.so.2'),
      framework: join(root, 'chosen', 'libtensorflow_framework.so.2'),
      source: 'CASCADE_LIBTENSORFLOW',
    });
    expect(locate({ CASCADE_LIBTENSORFLOW: join(root, 'chosen', 'libtensorflow_cc.so.2') }).folder).toBe(
      join(root, 'chosen'),
    );
    const error = failure(() => locate({ CASCADE_LIBTENSORFLOW: join(root, 'partial') }));
    expect(error.code).toBe('ENGINE_NOT_FOUND');
    expect(error.message).toContain(join(root, 'partial'));
  });

  it('takes the newest complete download of the cache', () => {
    const at = (folder: string) =>
      NAMES.map((name) => `home/.cache/cascade-lab/libtensorflow/${folder}/${name}`);
    touch(
      ...at('2.9.1-cpu-linux-x64'),
      'home/.cache/cascade-lab/libtensorflow/2.9.1-cpu-linux-x64/complete.json',
    );
    touch(...at('2.21.0-cpu-linux-x64'));
    expect(locate({}).folder).toMatch(/2\.9\.1-cpu-linux-x64$/);
    touch('home/.cache/cascade-lab/libtensorflow/2.21.0-cpu-linux-x64/complete.json');
    expect(locate({})).toMatchObject({
      source: 'cache',
      folder: expect.stringMatching(/2\.21\.0-cpu/) as string,
    });
    touch(
      ...at('2.21.0-cuda-linux-x64'),
      'home/.cache/cascade-lab/libtensorflow/2.21.0-cuda-linux-x64/complete.json',
    );
    expect(locate({}).folder).toMatch(/2\.21\.0-cuda-linux-x64$/);
  });

  it('takes the TensorFlow of an active Python environment', () => {
    touch(...NAMES.map((name) => `venv/lib/python3.12/site-packages/tensorflow/${name}`));
    expect(locate({ VIRTUAL_ENV: join(root, 'venv') }).source).toBe('python');
    expect(locate({ CONDA_PREFIX: join(root, 'venv') }).source).toBe('python');
  });

  it('says what to do where there is none', () => {
    const error = failure(() => locate({}));
    expect(error.code).toBe('ENGINE_NOT_FOUND');
    expect(error.message).toMatch(/npm run setup.*CASCADE_LIBTENSORFLOW/);
  });

  it('knows the cache folders of the platforms', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/cascade-lab');
    expect(cacheFolder({ HOME: '/h' }, 'linux')).toBe('/h/.cache/cascade-lab');
    expect(cacheFolder({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Caches/cascade-lab');
    expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe('/l/cascade-lab');
  });
});

it('says so when the files are no libraries', () => {
  touch(...NAMES.map((name) => `chosen/${name}`));
  const error = failure(() => loadTensorFlow(locate({ CASCADE_LIBTENSORFLOW: join(root, 'chosen') })));
  expect(error.code).toBe('ENGINE_UNUSABLE');
  expect(error.message).toContain(join(root, 'chosen'));
});

it('writes ConfigProto in the wire format of protobuf', () => {
  const config = { intraOpThreads: 300, interOpThreads: 2 };
  const common = '10ac02' + '2802' + '32022001' + '3801';
  expect(Buffer.from(encodeConfig({ ...config, gpus: true })).toString('hex')).toBe(common);
  expect(Buffer.from(encodeConfig({ ...config, gpus: false })).toString('hex')).toBe(
    '0a070a034750551000' + common,
  );
});
