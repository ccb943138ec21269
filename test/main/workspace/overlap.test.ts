import { expect, it } from 'vitest';
import { jaccard, jaccardBeyondChance } from '../../../common/cascade/overlap.ts';
import type { WeightSet } from '../../../common/contract/schemas.ts';
import { planeBytes, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { unpackBits } from '../../../main/codec/planes.ts';
import { CONTROL, LAYERS, newRun, openTest, recordOf, RUN, temporaryFolder } from './fixtures.ts';

const SALTS: Readonly<Record<string, number>> = { [RUN]: 0, [CONTROL]: 1 };

/** Weights of a set, one by one, as its definition reads: 'layer:index'. */
function byHand({ id, epoch, what }: WeightSet, place: number, only?: string): Set<string> {
  const found = new Set<string>();
  for (const { name, weights, planes } of recordOf(epoch, SALTS[id]).layers) {
    if (only !== undefined && name !== only) continue;
    const bits = (plane: number) => unpackBits(planes.subarray(plane * planeBytes(weights)), weights);
    const [pruned, shed] = [bits(PRUNED_PLANE), bits(shedPlane(place))];
    for (let index = 0; index < weights; index++) {
      const isIn = what === 'kept' || (what === 'shed') === (shed[index] === 1);
      if (pruned[index] === 0 && isIn) found.add(`${name}:${index}`);
    }
  }
  return found;
}

async function recorded() {
  const workspace = await openTest(temporaryFolder());
  for (const id of [RUN, CONTROL]) {
    await workspace.addRun(newRun(id));
    for (let epoch = 0; epoch < 4; epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, SALTS[id]), null, []);
  }
  return workspace;
}

const SETS: WeightSet[] = [
  { id: RUN, epoch: 3, what: 'kept' },
  { id: CONTROL, epoch: 3, what: 'kept' },
  { id: RUN, epoch: 1, what: 'kept' },
  { id: RUN, epoch: 3, what: 'shed', threshold: '1e-4' },
  { id: CONTROL, epoch: 2, what: 'alive', threshold: '1e-4' },
];
/** Place of 1e-4 in the default ladder. */
const PLACE = 2;

it.each([undefined, 'dense'])('weights in common, counted one by one, in the layer %s', async (layer) => {
  const workspace = await recorded();
  const told = await workspace.overlap({ sets: SETS, ...(layer === undefined ? {} : { layer }) });
  const sets = SETS.map((set) => byHand(set, PLACE, layer));
  expect(told.sizes).toEqual(sets.map((set) => set.size));
  expect(told.both).toEqual(
    sets.map((one) => sets.map((other) => [...one].filter((weight) => other.has(weight)).length)),
  );
  const chosen = LAYERS.filter(({ name }) => layer === undefined || name === layer);
  expect(told.weights).toBe(chosen.reduce((sum, { weights }) => sum + weights, 0));
  sets.forEach((one, i) =>
    sets.forEach((other, j) => {
      const expected = chosen.reduce((sum, { name, weights }) => {
        const inLayer = (set: Set<string>) =>
          [...set].filter((weight) => weight.startsWith(`${name}:`)).length;
        return sum + (inLayer(one) * inLayer(other)) / weights;
      }, 0);
      expect(told.expected[i]![j]).toBeCloseTo(expected, 10);
    }),
  );
  expect(told.layers).toEqual(['conv', 'dense']);
});

it('what cannot be compared is refused in words', async () => {
  const workspace = await recorded();
  await expect(workspace.overlap({ sets: [{ id: RUN, epoch: 9, what: 'kept' }] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(
    workspace.overlap({ sets: [{ id: RUN, epoch: 1, what: 'shed', threshold: '3e-5' }] }),
  ).rejects.toThrow("does not measure the threshold '3e-5'");
  await expect(workspace.overlap({ sets: SETS, layer: 'no' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const other = '000000000003-s1';
  await workspace.addRun(newRun(other));
  const record = recordOf(0);
  record.layers.forEach((layer) => (layer.name = `${layer.name}-2`));
  await workspace.recordEpoch(other, record, null, []);
  await expect(
    workspace.overlap({ sets: [SETS[0]!, { id: other, epoch: 0, what: 'kept' }] }),
  ).rejects.toThrow('have different networks');
});

it('the Jaccard index by hand, and what chance gives', () => {
  // 30 and 20 of 100, 12 in both: 12 ÷ 38. By chance 30 · 20 ÷ 100 = 6: 6 ÷ 44.
  const count = { one: 30, other: 20, both: 12, expected: 6 };
  expect(jaccard(count)).toBeCloseTo(12 / 38, 15);
  expect(jaccardBeyondChance(count)).toBeCloseTo(12 / 38 - 6 / 44, 15);
  expect(jaccard({ one: 0, other: 0, both: 0 })).toBe(1);
});
