import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { filterByName, notALanguage } from '../../../renderer/runs/name-filter.ts';

/** What the filter reads of a run; 38 of them, of ten seeds and two arms, whose ids are full of ones. */
const RUNS = Array.from({ length: 38 }, (_, index) => ({
  id: `1a1b${index.toString(16).padStart(2, '0')}c1d1e1-s${index % 19}`,
  seed: index % 19,
  memberships: [{ study: 'starter 1', arm: index < 19 ? 'global sparsity=0.9' : 'random depthwise' }],
  state: 'finished',
  model: 'resnet-11',
})) as unknown as RunSummary[];
const found = (text: string) => filterByName(RUNS, text).map(({ id }) => id);

describe('the filter over names', () => {
  it('finds a seed and no other', () => {
    for (const text of ['seed 1', 'SEED 1', '  seed   1 ', 'starter seed 1', 'seed 1 starter'])
      expect(found(text), text).toEqual([RUNS[1]!.id, RUNS[20]!.id]);
    expect(found('seed 1 random')).toEqual([RUNS[20]!.id]);
    expect(found('seed 11 global')).toEqual([RUNS[11]!.id]);
    expect(found('seed 20')).toEqual([]);
    expect(found('seed 1 seed 2')).toEqual([]);
    expect(found('seed')).toHaveLength(38);
  });

  it('holds every word, in any order, of the study and the arm', () => {
    expect(found('DEPTH start')).toHaveLength(19);
    expect(found('depthwise global')).toEqual([]);
    expect(found('sparsity=0.9')).toHaveLength(19);
    expect(found('starter 1 · random depthwise · seed 4')).toEqual([RUNS[23]!.id]);
    expect(found('')).toHaveLength(38);
  });

  it('knows an id by its beginning, and looks at nothing but names', () => {
    expect(found(RUNS[5]!.id)).toEqual([RUNS[5]!.id]);
    expect(found('1a1b')).toHaveLength(38);
    for (const text of ['c1d1', '1a1', 'finished', 'resnet']) expect(found(text), text).toEqual([]);
  });

  it('says what it is to who asks for a comparison', () => {
    for (const text of [
      'seed = 1',
      'accuracy>0.9',
      'pruned <= 0.5',
      'excess ≥ 3',
      'a and b',
      'state = failed',
    ])
      expect(notALanguage(text), text).toMatch(/searches only names.*is searched for literally/);
    for (const text of ['', 'seed 1', 'random', 'band order', 'starter · random · seed 1'])
      expect(notALanguage(text), text).toBeNull();
  });
});
