import { expect, test } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { LAYER_LIST } from '../../../renderer/gallery/network.ts';
import { besideChoices, controlKindOf, sharedLayers } from '../../../renderer/replay/beside.ts';

function run(id: string, arm: string, seed: number, more: Partial<RunSummary> = {}): RunSummary {
  const nothing = { control: null, previousMask: null, hash: arm };
  return { ...nothing, id, seed, memberships: [{ study: 's', arm, place: 0 }], ...more } as RunSummary;
}

test('the runs nearest to one come first, each once', () => {
  const previous = { control: 'previous', excess: null, excessEpoch: null };
  const of = run('a0', 'a', 0, { control: 'dense', previousMask: previous });
  const other = [{ study: 'other', arm: 'a', place: 0 }];
  const runs = [
    of,
    run('z0', 'z', 0, { memberships: other }),
    run('b1', 'b', 1),
    run('b0', 'b', 0),
    run('a1', 'a', 1),
    run('previous', 'p', 0),
    run('dense', 'control', 0),
  ];
  expect(besideChoices(of, runs).map(({ choices }) => choices.map((choice) => choice.run.id))).toEqual([
    ['previous', 'dense'],
    ['a1'],
    ['b0'],
    ['b1'],
    ['z0'],
  ]);
  expect(controlKindOf(of, 'dense')).toBe('dense');
  expect(controlKindOf(of, 'previous')).toBe('previous-mask');
  expect(controlKindOf(of, 'b0')).toBeNull();
});

test('layers are the same where name, kind and shape are', () => {
  const names = LAYER_LIST.map(({ name }) => name);
  expect([...sharedLayers(LAYER_LIST, LAYER_LIST)]).toEqual(names);
  const wider = LAYER_LIST.map((layer, at) =>
    at === 0 ? { ...layer, shape: [...layer.shape.slice(0, -1), 3] } : layer,
  );
  expect([...sharedLayers(LAYER_LIST, wider)]).toEqual(names.slice(1));
  expect([...sharedLayers(LAYER_LIST.slice(2), LAYER_LIST)]).toEqual(names.slice(2));
  expect([...sharedLayers(LAYER_LIST, [])]).toEqual([]);
});
