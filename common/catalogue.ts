import type { ZodObject } from 'zod';

/**
 * What a study may name. Each entry's options are a strict zod object whose `name` is a literal; the study
 * schema and the published JSON Schema are built from them, so a new component needs no other registration.
 */
export interface CatalogueEntry {
  name: string;
  /** One line for people. */
  title: string;
  /** Where it is from, in one line: the paper, and the equation or section in it. */
  source?: string;
  options: ZodObject;
}

export interface Catalogue {
  datasets: readonly CatalogueEntry[];
  models: readonly CatalogueEntry[];
  optimizers: readonly CatalogueEntry[];
  learningRates: readonly CatalogueEntry[];
  criteria: readonly CatalogueEntry[];
  granularities: readonly CatalogueEntry[];
  distributions: readonly CatalogueEntry[];
  schedules: readonly CatalogueEntry[];
  retrainings: readonly CatalogueEntry[];
  losses: readonly CatalogueEntry[];
  augmentations: readonly CatalogueEntry[];
  gradientClippings: readonly CatalogueEntry[];
  averagings: readonly CatalogueEntry[];
}
