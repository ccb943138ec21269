import { ideasOf, named } from './ideas.ts';
import type { Measure, MeasureLevel } from './measure.ts';
import { measuresOf } from './registry.ts';

/** One column of a table: a measure, at one of its thresholds or ideas where it has several numbers. */
export interface MeasureColumn {
  measure: Measure;
  /** Threshold or idea; empty where there is one number. */
  key: string;
  /** As CSV has it: `shed_of_kept_1e-3sigma`, `macs_without_inert`. */
  name: string;
}

/**
 * The columns of a level, in the order of the registry. Measures that follow one another and are told under each idea stand
 * together, idea by idea.
 *
 * @param labels of the run's thresholds
 */
export function measureColumns(level: MeasureLevel, labels: readonly string[]): MeasureColumn[] {
  const columns: MeasureColumn[] = [];
  const ideas = ideasOf(labels);
  const waiting: Measure[] = [];
  const flush = (): void => {
    const together = waiting.splice(0);
    for (const key of ideas)
      for (const measure of together) columns.push({ measure, key, name: `${measure.column}_${key}` });
  };
  for (const measure of measuresOf(level)) {
    if (measure.each === 'idea') {
      waiting.push(measure);
      continue;
    }
    flush();
    if (measure.each === 'threshold')
      for (const key of labels) columns.push({ measure, key, name: `${measure.column}_${named(key)}` });
    else columns.push({ measure, key: '', name: measure.column });
  }
  flush();
  return columns;
}
