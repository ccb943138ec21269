import * as z from 'zod';
import type { CatalogueEntry } from '../../../../common/catalogue.ts';

/** Unstructured pruning: each weight is chosen by itself. */
export const weight: CatalogueEntry = {
  name: 'weight',
  title: 'Single weights (unstructured)',
  options: z.strictObject({ name: z.literal('weight') }),
};
