import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { epochSummary, layerEpoch } from '../../../common/contract/schemas.ts';
import { measureColumns } from '../../../common/measures/columns.ts';
import { MEASURE_LEVELS, type Measure } from '../../../common/measures/measure.ts';
import { MEASURES, measuresOf } from '../../../common/measures/registry.ts';
import { describeMeasures } from '../../../main/cli/measures.ts';

const LABELS = ['1e-4', '1e-3σ'];

test('ids are used once, and no two columns of a table share a name', () => {
  const ids = MEASURES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const level of MEASURE_LEVELS) {
    const names = measureColumns(level, LABELS).map(({ name }) => name);
    expect(new Set(names).size, level).toBe(names.length);
  }
});

test('each says what it is, and a share what it is a share of', () => {
  for (const { id, title, definition, unit, of } of MEASURES as readonly Measure[]) {
    expect(title, id).toMatch(/^\p{L}/u);
    expect(definition, id).toMatch(/\.$/);
    expect(of !== undefined, `${id} of ${of}`).toBe(unit === 'share' || unit === 'points');
  }
});

describe.each([
  ['epoch', epochSummary, ['epoch', 'phase', 'layers', 'costs', 'channels', 'waitingSeconds', 'measured']],
  ['layer', layerEpoch, ['name', 'compacted', 'measured']],
] as const)('%s', (level, schema, others) => {
  test('every number of the contract is a measure, or said not to be one', () => {
    const known: string[] = [...measuresOf(level).map(({ id }) => id), ...others];
    expect(Object.keys((schema as z.ZodObject).shape).filter((key) => !known.includes(key))).toEqual([]);
  });
});

test('columns: one for each threshold, and ideas together', () => {
  const names = measureColumns('layer', LABELS).map(({ name }) => name);
  expect(names).toContain('shed_of_kept_1e-3sigma');
  const first = names.indexOf('macs_dense');
  expect(names.slice(first)).toEqual([
    'macs_dense',
    'weights_dense',
    'macs_masked',
    'weights_masked',
    'macs_without_shed_1e-4',
    'weights_without_shed_1e-4',
    'macs_without_shed_1e-3sigma',
    'weights_without_shed_1e-3sigma',
    'macs_without_inert',
    'weights_without_inert',
    'macs_compacted',
    'weights_compacted',
  ]);
});

test('an excess of another epoch than the last is no number of the run', () => {
  const excess = measuresOf('run').find(({ id }) => id === 'excess')!;
  const run = (excessEpoch: number) =>
    ({ epochsDone: 13, excess: { '1e-4': 0.2 }, excessEpoch, previousMask: null }) as never;
  expect(excess.run!(run(13), '1e-4')).toBe(0.2);
  expect(excess.run!(run(4), '1e-4')).toBeNull();
  expect(excess.run!(run(13), '1e-3')).toBeNull();
});

test('described for scripts: facts and levels, no functions', () => {
  const described = describeMeasures();
  expect(described.map(({ id }) => id)).toEqual(MEASURES.map(({ id }) => id));
  expect(described.find(({ id }) => id === 'shed')).toEqual({
    id: 'shed',
    column: 'shed_of_kept',
    title: 'Shed',
    unit: 'share',
    of: 'kept weights',
    definition: expect.stringContaining('threshold τ'),
    formula: 'mask = 1 and |w| ≤ τ  ÷  kept weights',
    source: 'Azarian & Porikli, arXiv 2103.10629',
    better: null,
    logarithmic: false,
    each: 'threshold',
    levels: ['run', 'epoch', 'layer'],
  });
});
