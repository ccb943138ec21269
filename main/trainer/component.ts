import type { ZodObject } from 'zod';

/**
 * What a study may name by its name. Its options are a strict zod object whose `name` is a literal; the study
 * schema and the published JSON Schema are built from them, so a new component needs no other registration.
 */
export interface Component {
  name: string;
  /** One line for people. */
  title: string;
  /** Where it is from, in one line: the paper, and the equation or section in it. */
  source?: string;
  options: ZodObject;
}

export interface Components {
  datasets: readonly Component[];
  models: readonly Component[];
  optimizers: readonly Component[];
  learningRates: readonly Component[];
  criteria: readonly Component[];
  granularities: readonly Component[];
  distributions: readonly Component[];
  schedules: readonly Component[];
  retrainings: readonly Component[];
  losses: readonly Component[];
  augmentations: readonly Component[];
  gradientClippings: readonly Component[];
  averagings: readonly Component[];
}
