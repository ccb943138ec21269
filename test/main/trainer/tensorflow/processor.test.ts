import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock(import('node:fs'), async (original) => ({ ...(await original()), readFileSync: vi.fn() }));

const cpuinfo = vi.mocked(readFileSync);

/** What a program that has just begun finds out. */
async function found(): Promise<boolean> {
  vi.resetModules();
  return (await import('../../../../main/trainer/tensorflow/processor.ts')).hasWideVectors();
}

describe.skipIf(process.platform === 'win32')('whether the processor has vectors of 512 bits', () => {
  beforeEach(() => void cpuinfo.mockReset());

  it('stands in the flags that the kernel tells', async () => {
    cpuinfo.mockReturnValue('model name\t: a\nflags\t\t: fpu avx2 fma\n');
    expect(await found()).toBe(false);
    cpuinfo.mockReturnValue('model name\t: b\nflags\t\t: fpu avx2 fma avx512f avx512_vnni\n');
    expect(await found()).toBe(true);
    cpuinfo.mockReturnValue('model name\t: avx512f\nflags\t\t: fpu avx2 avx512foo\n');
    expect(await found()).toBe(false);
  });

  it('counts as so where the kernel tells nothing', async () => {
    cpuinfo.mockImplementation(() => {
      throw new Error('ENOENT');
    });
    expect(await found()).toBe(true);
  });

  it('is asked once', async () => {
    cpuinfo.mockReturnValue('flags : avx2');
    vi.resetModules();
    const { hasWideVectors } = await import('../../../../main/trainer/tensorflow/processor.ts');
    hasWideVectors();
    hasWideVectors();
    expect(cpuinfo).toHaveBeenCalledTimes(1);
  });
});
