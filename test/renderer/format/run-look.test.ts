import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { LOOKS, lookOf, lookOfPlace, looksOf } from '../../../renderer/format/run-look.ts';

function run(id: string, changes: Partial<RunSummary>): RunSummary {
  return { id, prunes: true, control: null, previousMask: null, memberships: [], ...changes } as RunSummary;
}
const arm = (place: number | null) => [{ study: 'study', arm: `arm ${place}`, place }];

describe('how runs look', () => {
  it('tells sixty arms of a study apart, wherever they begin, and those nearest by colour', () => {
    expect(LOOKS).toBeGreaterThanOrEqual(60);
    for (const start of [0, 1, 17, 100]) {
      const looks = Array.from({ length: LOOKS }, (_, index) => JSON.stringify(lookOfPlace(start + index)));
      expect(new Set(looks).size).toBe(LOOKS);
      const colors = Array.from({ length: 7 }, (_, index) => lookOfPlace(start + index).color);
      expect(new Set(colors).size).toBe(7);
    }
    // Where a colour comes again, both marker and dash are others.
    for (let place = 0; place < 28; place++) {
      const [one, next] = [lookOfPlace(place), lookOfPlace(place + 7)];
      expect(next.color).toBe(one.color);
      expect(next.marker).not.toBe(one.marker);
      expect(next.dash).not.toBe(one.dash);
    }
  });

  it('goes by the place of the arm and by nothing else', () => {
    for (const id of ['a', 'b']) expect(lookOf(run(id, { memberships: arm(9) }))).toEqual(lookOfPlace(9));
    expect(lookOf(run('c', { memberships: [...arm(null), ...arm(3)] }))).toEqual(lookOfPlace(3));
    expect(Array.from({ length: LOOKS }, (_, place) => lookOfPlace(place).dash)).not.toContain('dashed');
  });

  it('draws a control in the colour of its run, dashed, and one of several arms in none of theirs', () => {
    const controls = [run('own', { prunes: false }), run('shared', { prunes: false, memberships: arm(4) })];
    const looks = looksOf([
      ...controls,
      run('first', {
        control: 'shared',
        previousMask: { control: 'own', excess: null, excessEpoch: null },
        memberships: arm(1),
      }),
      run('again', {
        previousMask: { control: 'own', excess: null, excessEpoch: null },
        memberships: arm(1),
      }),
      run('second', { control: 'shared', memberships: arm(2) }),
      run('alone', { prunes: false, memberships: arm(5) }),
    ]);
    expect(looks.get('own')).toEqual({ ...lookOfPlace(1), dash: 'dashed' });
    expect(looks.get('first')).toEqual(lookOfPlace(1));
    expect(looks.get('second')).toEqual(lookOfPlace(2));
    expect(looks.get('alone')).toEqual(lookOfPlace(5));
    expect(looks.get('shared')).toMatchObject({ dash: 'dashed', marker: null });
    expect(looks.get('shared')!.color).not.toMatch(/^--run/);
  });
});
