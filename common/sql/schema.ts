import type { MeasureUnit } from '../measures/measure.ts';

/** What may be asked for by SQL: the views of a workspace, with the meaning of every column. */
export interface SqlSchema {
  views: SqlView[];
}

export interface SqlView {
  name: string;
  /** What it has a row for: 'each run'. */
  rows: string;
  /** What else there is to know. */
  note?: string;
  columns: SqlColumn[];
}

export interface SqlColumn {
  name: string;
  type: 'text' | 'integer' | 'real';
  definition: string;
  /** Of a measure: its unit, and what a share is a share of. */
  unit?: MeasureUnit;
  of?: string;
}

/** What a cell of a result holds; bytes are told by their number. */
export type SqlValue = string | number | null;
