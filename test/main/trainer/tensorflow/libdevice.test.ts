import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findLibdevice } from '../../../../main/trainer/tensorflow/libdevice.ts';
import { temporaryFolder } from '../../doubles/temporary-folder.ts';

function toolkit(folder: string): string {
  const file = join(folder, 'nvvm', 'libdevice', 'libdevice.10.bc');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test.each(['plain', 'with a space', 'with "quotes" and \\ too'])(
  'is found where XLA_FLAGS says: %s',
  (name) => {
    const folder = join(temporaryFolder(), name);
    const file = toolkit(folder);
    const value = name === 'plain' ? folder : `"${folder.replace(/["\\]/g, '\\$&')}"`;
    const flags = `--xla_dump_to=/dump --xla_gpu_cuda_data_dir=${value} --xla_cpu_max_isa=AVX2`;
    expect(findLibdevice('/nowhere/tensorflow', { XLA_FLAGS: flags })).toBe(file);
  },
);

test('is found in the Python package beside TensorFlow, and after what XLA_FLAGS says', () => {
  const home = temporaryFolder();
  const beside = toolkit(join(home, 'nvidia', 'cuda_nvcc'));
  const library = join(home, 'tensorflow');
  expect(findLibdevice(library, {})).toBe(beside);
  expect(findLibdevice(library, { XLA_FLAGS: '--xla_gpu_cuda_data_dir=/nowhere' })).toBe(beside);
  const named = toolkit(join(home, 'mine'));
  expect(findLibdevice(library, { XLA_FLAGS: `--xla_gpu_cuda_data_dir=${join(home, 'mine')}` })).toBe(named);
});
