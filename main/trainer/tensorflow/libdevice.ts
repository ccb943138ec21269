import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const FLAG = /--xla_gpu_cuda_data_dir=(?:"((?:[^"\\]|\\.)*)"|(\S+))/;

/**
 * The device functions that XLA needs to compile for a GPU, where it looks for them: in the toolkit that XLA_FLAGS names, in
 * that of the Python package beside TensorFlow, and in CUDA's usual folder. Training does without: there XLA compiles for CPUs alone
 * (`steps/compilation.ts`).
 *
 * @param library folder of libtensorflow
 * @returns the file; null where there is none
 */
export function findLibdevice(library: string, env: Environment = process.env): string | null {
  const [, quoted, plain] = FLAG.exec(env['XLA_FLAGS'] ?? '') ?? [];
  const named = quoted?.replace(/\\(.)/g, '$1') ?? plain;
  const toolkits = [
    ...(named === undefined ? [] : [named]),
    join(dirname(library), 'nvidia', 'cuda_nvcc'),
    '/usr/local/cuda',
  ];
  return (
    toolkits.map((toolkit) => join(toolkit, 'nvvm', 'libdevice', 'libdevice.10.bc')).find(existsSync) ?? null
  );
}
