import { expect, it } from 'vitest';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import {
  compareSettings,
  faceOf,
  GROUP_COLUMNS,
  MOST_WIDTH,
  readColumns,
  RUN_COLUMNS,
  writeColumns,
} from '../../../renderer/runs/columns.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const none = new FieldCatalogue([]);

it('reads columns as it writes them, and leaves out what is no field', () => {
  for (const text of [RUN_COLUMNS, GROUP_COLUMNS, 'shed(1e-3),shed,excess(1e-3σ):120'])
    expect(writeColumns(readColumns(text, none))).toBe(text);
  expect(writeColumns(readColumns('nothing,seed,,seed,seed(1e-3),shed(much),arm:9999', none))).toBe(
    `seed,arm:${MOST_WIDTH}`,
  );
  // However a threshold is written, it is one.
  expect(writeColumns(readColumns('shed(0.001)', none))).toBe('shed(1e-3)');
});

it('a key differs among the runs that have it; what all have alike is equal', () => {
  const { sources, catalogue } = sourcesOf([
    { criterion: 'magnitude', sparsity: 0.9, weightDecay: 5e-4 },
    { criterion: 'random', sparsity: 0.9, weightDecay: 5e-4 },
    { criterion: null, weightDecay: 1e-4 },
  ]);
  const { differing, equal } = compareSettings(catalogue, sources);
  expect(differing.map(({ id }) => id).sort()).toEqual(['criterion', 'optimizer.weightDecay']);
  const ids = equal.map(({ field }) => field.id);
  expect(ids).toContain('batchSize');
  // A control has no sparsity: it is not the same in all, and there is but one.
  expect(ids).not.toContain('sparsity');
  expect(compareSettings(catalogue, sources.slice(0, 1)).differing).toEqual([]);
  expect(compareSettings(catalogue, []).equal).toEqual([]);
});

it('names columns in the words of the registry, and the spread where rows are means', () => {
  const [accuracy, shed, over] = readColumns('testAccuracy,shed(1e-3),accuracyOverControl', none);
  expect(faceOf(accuracy!, '1e-4', null)).toMatchObject({ heading: 'Accuracy' });
  expect(faceOf(shed!, '1e-4', null)).toMatchObject({ heading: 'shed ≤ 1e-3', below: 'of kept' });
  expect(faceOf(shed!, '1e-4', 'se').below).toBe('mean ± se');
  expect(faceOf(over!, '1e-4', 'bootstrap').below).toBe('mean 95% CI');
});
