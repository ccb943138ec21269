import type { Measure } from '../measures/measure.ts';
import { measuresOf } from '../measures/registry.ts';
import type { Field } from './field.ts';

/** The measures that are told of runs. */
export const MEASURE_FIELDS: readonly Field[] = measuresOf('run').map(fieldOf);

function fieldOf(measure: Measure): Field {
  const short = measure.short ?? measure.title;
  return {
    id: measure.id,
    aliases: [measure.column, camelCase(short)],
    title: short,
    kind: 'measure',
    type: 'number',
    definition: measure.definition,
    unit: measure.unit,
    ...(measure.of === undefined ? {} : { of: measure.of }),
    ...(measure.each === 'threshold' ? { each: 'threshold' } : {}),
    values: ({ run, control }, key) => {
      const value = measure.run?.(run, key, control?.()) ?? null;
      return value === null ? [] : [value];
    },
  };
}

function camelCase(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
}
