import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countGpus, GpuDealer } from '../../../main/runs/gpus.ts';
import { temporaryFolder } from './fixtures.ts';

describe('the number of GPUs', () => {
  it('is that of the driver’s folders, and 0 without the driver', () => {
    const driver = temporaryFolder();
    for (const bus of ['0000:01:00.0', '0000:02:00.0']) mkdirSync(join(driver, bus));
    expect(countGpus({}, driver)).toBe(2);
    expect(countGpus({}, join(driver, 'none'))).toBe(0);
  });

  it.each([
    ['0,1,2', 3],
    ['GPU-1a2b', 1],
    ['', 0],
    ['-1', 0],
    ['0,-1,1', 1],
  ])('is what CUDA_VISIBLE_DEVICES=%j leaves: %i', (visible, count) => {
    expect(countGpus({ CUDA_VISIBLE_DEVICES: visible }, '/')).toBe(count);
  });
});

describe('runs on GPUs', () => {
  it('have one each while there are enough, then share the least busy', () => {
    const dealer = new GpuDealer(2);
    expect([dealer.take(), dealer.take(), dealer.take()]).toEqual([0, 1, 0]);
    dealer.giveBack(0);
    dealer.giveBack(0);
    expect(dealer.take()).toBe(0);
    expect(dealer.take()).toBe(0);
  });

  it('without any, leave the choice to TensorFlow', () => {
    const dealer = new GpuDealer(0);
    expect(dealer.take()).toBeNull();
    dealer.giveBack(null);
  });
});
