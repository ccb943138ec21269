import type { RunSpecification } from '../../../common/run-specification.ts';

/** A run as stored, with its specification parsed. */
export interface StoredRun {
  number: number;
  id: string;
  specification: RunSpecification;
  /** Labels of its ladder of thresholds. */
  labels: string[];
}
