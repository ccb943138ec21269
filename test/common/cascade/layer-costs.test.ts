import { expect, test } from 'vitest';
import { layerCosts } from '../../../common/cascade/layer-costs.ts';
import { generator, integer } from '../../../main/trainer/random.ts';

const LAYER = {
  weights: 36,
  macs: 144,
  pruned: 1 / 6,
  shed: { '1e-2': 2 / 3 },
  inertAtLeast: 0.1,
  compacted: 20,
};

test('by hand: 36 weights at four places each, six pruned, of thirty kept twenty shed and three inert', () => {
  expect(layerCosts(LAYER)).toEqual({
    dense: { weights: 36, macs: 144 },
    masked: { weights: 30, macs: 120 },
    withoutShed: { '1e-2': { weights: 10, macs: 40 } },
    withoutInert: { weights: 27, macs: 108 },
    compacted: { weights: 20, macs: 80 },
  });
});

test('what is not known stays so', () => {
  expect(layerCosts({ ...LAYER, macs: null, compacted: null })).toMatchObject({
    dense: { weights: 36, macs: null },
    compacted: null,
  });
});

test('any count comes back from its share', () => {
  const random = generator(1, 'counts');
  for (let time = 0; time < 1000; time++) {
    const weights = 1 + integer(30_000_000, random);
    const kept = integer(weights + 1, random);
    const shed = integer(kept + 1, random);
    const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
    const found = layerCosts({
      ...LAYER,
      weights,
      pruned: share(weights - kept, weights),
      shed: { '1': share(shed, kept) },
      inertAtLeast: share(kept - shed, kept),
    });
    expect(found.masked.weights).toBe(kept);
    expect(found.withoutShed['1']!.weights).toBe(kept - shed);
    expect(found.withoutInert.weights).toBe(shed);
  }
});
