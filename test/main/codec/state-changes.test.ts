import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfPlanes, emptyPlanes, statesOf, wordsOfPlanes } from '../../../main/codec/plane-words.ts';
import { encodeKey, encodePatch, packBits } from '../../../main/codec/planes.ts';
import { encodeChanges, readChanges, withChanges } from '../../../main/codec/state-changes.ts';
import { generator } from '../workspace/fixtures.ts';

/** Two stacks of the same size: some states, of which a share of the weights changes to others. */
const stacks = fc
  .record({
    weights: fc.integer({ min: 1, max: 900 }),
    count: fc.integer({ min: 1, max: 18 }),
    states: fc.array(fc.nat(2 ** 18 - 1), { minLength: 1, maxLength: 9 }),
    share: fc.constantFrom(0, 0.01, 0.2, 1),
    seed: fc.nat(1000),
  })
  .map(({ weights, count, states, share, seed }) => {
    const random = generator(seed);
    const draw = (): number => states[Math.floor(random() * states.length)]! % 2 ** count;
    const before = Array.from({ length: weights }, draw);
    const after = before.map((state) => (random() < share ? draw() : state));
    return { before: stackOf(before, count), after: stackOf(after, count), count };
  });

function stackOf(states: readonly number[], count: number): Uint8Array {
  const planes = Array.from({ length: count }, (_, plane) =>
    packBits(states.map((state) => (state >>> plane) & 1)),
  );
  return Uint8Array.from(planes.flatMap((plane) => [...plane]));
}

describe('changes of states', () => {
  it('lead from one stack of planes to another, with or without the states that occur', () => {
    fc.assert(
      fc.property(stacks, ({ before, after, count }) => {
        const [from, to] = [wordsOfPlanes(before, count), wordsOfPlanes(after, count)];
        const encoded = encodeChanges(from, to);
        for (const states of [undefined, statesOf(from), new Set([...statesOf(from), 2 ** count - 1, 0])]) {
          const read = withChanges(from, readChanges({ ...from, ...(states && { states }) }, encoded));
          expect(bytesOfPlanes(read, before.length / count)).toEqual(after);
          for (const state of statesOf(to)) expect(read.states).toContain(state);
        }
        expect(bytesOfPlanes(from, before.length / count)).toEqual(before);
      }),
    );
  });

  it('are these bits, worked by hand', () => {
    // Ten weights in one plane; of the eight that are clear, those at the second and the sixth place are set.
    const before = wordsOfPlanes(packBits([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), 1);
    const after = wordsOfPlanes(packBits([1, 0, 1, 1, 0, 0, 0, 1, 0, 0]), 1);
    // Version, planes. Then: 2 states (gamma 2: 0 1 1), 0, 1; 1 class (gamma 1: 0 1 0), its state 0, 1 target (gamma 0: 1), 1;
    // 2 gaps (gamma 2: 0 1 1), k = 1 (10000), gaps 1 and 3: 1 1 and 01 1.
    const bits = '011 0 1 010 0 1 1 011 10000 11 011'.replaceAll(' ', '');
    expect([...encodeChanges(before, after)]).toEqual([2, 1, ...packBits([...bits].map(Number))]);
  });

  /** A layer at 6 thresholds, in two epochs: a random walk of its weights. */
  function walk(weights: number, step: number): [Uint8Array, Uint8Array] {
    const random = generator(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(random() + 1e-9)) * Math.cos(2 * Math.PI * random());
    const ladder = [1e-2, 1e-3, 1e-4, 1e-6, 1e-10, 3e-5];
    const first = Array.from({ length: weights }, () => normal() * 0.05);
    const stack = (values: readonly number[]): Uint8Array =>
      stackOf(
        values.map((value) =>
          ladder.reduce((state, limit, k) => state + (Math.abs(value) <= limit ? 4 << k : 0), 0),
        ),
        8,
      );
    return [stack(first), stack(first.map((value) => value + normal() * step))];
  }

  it('take near the entropy of what changes, and about half of a plane for each threshold', () => {
    const [before, after] = walk(40_000, 2e-3);
    const [from, to] = [wordsOfPlanes(before, 8), wordsOfPlanes(after, 8)];
    // Of the next state, given the one before: Σ n(a, b) · log₂(n(a) ÷ n(a, b)).
    const [ways, classes] = [new Map<string, number>(), new Map<number, number>()];
    const stateOf = (stack: Uint8Array, weight: number): number =>
      Array.from(
        { length: 8 },
        (_, plane) => ((stack[plane * 5000 + (weight >>> 3)]! >>> (weight & 7)) & 1) << plane,
      ).reduce((sum, bit) => sum + bit);
    for (let weight = 0; weight < 40_000; weight++) {
      const [one, other] = [stateOf(before, weight), stateOf(after, weight)];
      classes.set(one, (classes.get(one) ?? 0) + 1);
      ways.set(`${one} ${other}`, (ways.get(`${one} ${other}`) ?? 0) + 1);
    }
    const entropy = [...ways].reduce(
      (sum, [way, count]) => sum + count * Math.log2(classes.get(Number(way.split(' ')[0]))! / count),
      0,
    );
    const size = encodeChanges(from, to).length;
    expect(size).toBeGreaterThan(entropy / 8);
    expect(size).toBeLessThan((entropy / 8) * 1.06 + 60);
    expect(size).toBeLessThan(encodePatch(before, after, 8).length * 0.6);
    expect(encodeChanges(emptyPlanes(40_000, 8), to).length).toBeLessThan(encodeKey(after, 8).length);
  });

  it('that do not fit are refused, whatever is wrong with them', () => {
    const [before, after] = walk(500, 2e-2);
    const from = wordsOfPlanes(before, 8);
    const encoded = encodeChanges(from, wordsOfPlanes(after, 8));
    const read = (bytes: Uint8Array) => () => readChanges(from, bytes);
    expect(read(Uint8Array.of(9, 8))).toThrow(/version 9/);
    expect(read(Uint8Array.of(2, 7))).toThrow(/another number of planes/);
    for (let length = 0; length < encoded.length - 1; length++)
      expect(read(encoded.subarray(0, length))).toThrow(expect.objectContaining({ code: 'BAD_PLANES' }));
    const random = generator(2);
    let refused = 0;
    for (let trial = 0; trial < 400; trial++) {
      const damaged = encoded.slice();
      damaged[2 + Math.floor(random() * (damaged.length - 2))]! ^= 1 << Math.floor(random() * 8);
      try {
        const { weights } = readChanges(from, damaged);
        for (const weight of weights) expect(weight).toBeLessThan(512);
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_PLANES' });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
