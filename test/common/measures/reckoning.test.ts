import { expect, test } from 'vitest';
import type { KernelState } from '../../../common/measures/measure.ts';
import { largestOf, meanOverKept, reckonKernel, reckonNetwork } from '../../../common/measures/reckoning.ts';
import { MEASURES, RECKONED_MEASURES } from '../../../common/measures/registry.ts';

function kernel(weights: readonly number[], mask: readonly number[]): KernelState {
  return {
    weights: Float32Array.from(weights),
    mask: Uint8Array.from(mask),
    outputChannels: 2,
    kept: mask.filter((kept) => kept === 1).length,
    gradientNorm: 1,
  };
}

const SOME = kernel([1, -2, 0, 0.5, 0, 0], [1, 1, 0, 1, 1, 0]);
const NONE = kernel([0, 0], [0, 0]);

test('mean |w| of kept weights, by hand: of kernels and, over all kept weights, of the network', () => {
  const kernels = [SOME, NONE, kernel([4, 0], [1, 0])];
  const layers = kernels.map((state) => ({
    weights: state.weights.length,
    kept: state.kept,
    measured: reckonKernel(RECKONED_MEASURES, state),
  }));
  expect(layers.map(({ measured }) => measured['meanMagnitude'])).toEqual([3.5 / 4, null, 4]);
  expect(reckonNetwork(RECKONED_MEASURES, layers)['meanMagnitude']).toBe(7.5 / 5);
  expect(reckonNetwork(RECKONED_MEASURES, [layers[1]!])['meanMagnitude']).toBeNull();
});

test('numbers of layers are put together: the mean over kept weights, the largest', () => {
  const parts = [
    { value: 2, weights: 10, kept: 1 },
    { value: null, weights: 10, kept: 0 },
    { value: -1, weights: 10, kept: 2 },
  ];
  expect(meanOverKept(parts)).toBe(0);
  expect(largestOf(parts)).toBe(2);
  expect(largestOf(parts.slice(1))).toBe(-1);
  expect([meanOverKept([]), largestOf([])]).toEqual([null, null]);
});

test.each(RECKONED_MEASURES.map((measure) => [measure.id, measure] as const))(
  '%s is read of epochs and layers by its id, and is a number or null of any kernel',
  (id, measure) => {
    for (const state of [SOME, NONE]) {
      const value = measure.reckoning.kernel(state);
      expect(value === null || Number.isFinite(value)).toBe(true);
    }
    const source = { epoch: { measured: { [id]: 3 } }, layer: { measured: { [id]: 4 } } } as never;
    expect([measure.epoch!(source, ''), measure.layer!(source, '')]).toEqual([3, 4]);
    const earlier = { epoch: { measured: {} }, layer: { measured: {} } } as never;
    expect([measure.epoch!(earlier, ''), measure.layer!(earlier, '')]).toEqual([null, null]);
    expect(MEASURES).toContain(measure);
  },
);
