import type { RunSummary } from '../contract/schemas.ts';
import type { MeasureUnit } from '../measures/measure.ts';
import type { FlatValue } from './flat-specification.ts';

/** A run as queries, groups and tables see it. */
export interface FieldSource {
  run: RunSummary;
  /** What its specification holds under a key; undefined where it has none, or is not read yet. */
  setting(key: string): FlatValue | undefined;
  /** Its dense control, where it is known: differences in pairs are over it. */
  control?(): RunSummary | undefined;
}

export type FieldType = 'text' | 'number' | 'flag' | 'time';
export type FieldValue = string | number | boolean;

/** Something that runs can be asked for, grouped and sorted by, and shown in a column: a fact, a setting, or a measure. */
export interface Field {
  /** As queries, addresses and CSV name it. */
  id: string;
  /** Other names that queries may use. */
  aliases?: readonly string[];
  title: string;
  kind: 'fact' | 'setting' | 'measure';
  type: FieldType;
  definition: string;
  /** Of a measure. */
  unit?: MeasureUnit;
  /** What a share is a share of. */
  of?: string;
  /** Of which there is one for each threshold: `shed(1e-4)`. */
  each?: 'threshold';
  /** All values that there can be. */
  known?: readonly string[];
  /** None where the run has no such thing; several where it has several, such as tags. @param key a threshold's label */
  values(source: FieldSource, key: string): readonly FieldValue[];
}
