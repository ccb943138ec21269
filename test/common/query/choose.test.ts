import { expect, test } from 'vitest';
import { Specifications } from '../../../common/codec/specifications.ts';
import { MEASURE_FIELDS } from '../../../common/fields/measures.ts';
import { queryable } from '../../../common/query/choose.ts';
import { sourcesOf } from '../fields/sources.ts';

test('a run knows its control, so that differences in pairs are told wherever runs are chosen', () => {
  const [dense] = sourcesOf([{ testAccuracy: 0.9 }]).sources;
  const [pruned] = sourcesOf([{ criterion: 'random', control: dense!.run.id, testAccuracy: 0.8 }]).sources;
  const { sources } = queryable([dense!.run, pruned!.run], new Specifications());
  const field = MEASURE_FIELDS.find(({ id }) => id === 'accuracyOverControl')!;
  expect(field.values(sources[1]!, '1e-4')[0]).toBeCloseTo(-0.1, 12);
  expect(field.values(sources[0]!, '1e-4')).toEqual([]);
});
