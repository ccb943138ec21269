/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../common/contract/schemas.ts';
import {
  distinctLooks,
  LOOKS,
  lookOf,
  lookOfPlace,
  looksOf,
  lookText,
  RUN_COLORS,
} from '../../common/run-looks.ts';

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

  it('has a second cue beside colour in any arms that follow one another', () => {
    for (let place = 0; place < LOOKS; place++)
      for (let next = place + 1; next < place + 5; next++)
        expect(lookOfPlace(next).marker).not.toBe(lookOfPlace(place).marker);
  });

  it('keeps a look by hand for all seeds of an arm, and the colour of an arm that had it by its place', () => {
    const runs = [
      ...[0, 1].map((seed) => run(`first-${seed}`, { hash: 'first', memberships: arm(0) })),
      run('second', { hash: 'second', memberships: arm(1) }),
      run('third', { hash: 'third', memberships: arm(2) }),
      run('stranger', { hash: 'stranger', memberships: [{ study: 'other', arm: 'x', place: 1 }] }),
    ];
    const byHand = lookOfPlace(1);
    const looks = looksOf(runs, new Map([['first', byHand]]));
    expect([looks.get('first-0'), looks.get('first-1')]).toEqual([byHand, byHand]);
    // The arm that was there keeps its colour and gives way by marker or dash; no other arm changes, nor one of another study.
    expect(looks.get('second')!.color).toBe(byHand.color);
    expect(lookText(looks.get('second')!)).not.toBe(lookText(byHand));
    expect(looks.get('third')).toEqual(lookOfPlace(2));
    expect(looks.get('stranger')).toEqual(byHand);
    // Arms that come later change nothing of it.
    const later = Array.from({ length: 50 }, (_, place) =>
      run(`later-${place}`, { hash: `later-${place}`, memberships: arm(place + 3) }),
    );
    const then = looksOf([...runs, ...later], new Map([['first', byHand]]));
    for (const { id } of runs) expect(then.get(id), id).toEqual(looks.get(id));
    const ofStudy = ['first-0', 'second', 'third', ...later.map(({ id }) => id)].map((id) =>
      lookText(then.get(id)!),
    );
    expect(new Set(ofStudy).size).toBe(ofStudy.length);
  });

  it('dashes a control in the colour that was chosen for it, and for its run', () => {
    const runs = [
      run('dense', { hash: 'dense', prunes: false }),
      run('pruned', { hash: 'pruned', control: 'dense', memberships: arm(0) }),
    ];
    const chosen = lookOfPlace(4);
    expect(looksOf(runs, new Map([['pruned', chosen]])).get('dense')).toEqual({ ...chosen, dash: 'dashed' });
    expect(looksOf(runs, new Map([['dense', chosen]])).get('dense')).toEqual({ ...chosen, dash: 'dashed' });
  });

  it('tells arms of several studies apart by marker and dash before colour, those by hand first', () => {
    const look = lookOfPlace(0);
    const groups = ['a', 'b', 'c'].map((id) => ({ id, byHand: id === 'c', look }));
    const looks = distinctLooks(groups);
    expect(looks.get('c')).toEqual(look);
    expect(new Set([...looks.values()].map(lookText)).size).toBe(3);
    expect(new Set([...looks.values()].map(({ color }) => color)).size).toBe(1);
    const many = Array.from({ length: 40 }, (_, id) => ({ id: `${id}`, byHand: false, look }));
    expect(new Set([...distinctLooks(many).values()].map(lookText)).size).toBe(40);
    const controls = many.map((each) => ({ ...each, look: lookOf({ memberships: [] }) }));
    const dashed = [...distinctLooks(controls).values()];
    expect(new Set(dashed.map(lookText)).size).toBe(40);
    expect(new Set(dashed.map(({ dash }) => dash))).toEqual(new Set(['dashed']));
  });

  it('has the colours of the light theme on paper', () => {
    const tokens = readFileSync(new URL('../../renderer/theme/tokens.css', import.meta.url), 'utf8');
    for (const { token, paper } of RUN_COLORS) expect(tokens).toContain(`${token}: light-dark(#${paper},`);
  });
});
