import * as z from 'zod';
import { defineRetraining } from './retraining.ts';

/**
 * The mask is kept, everything else begins anew: other random weights, and the whole training again (Frankle & Carbin,
 * arXiv 1803.03635, section 2; Renda et al., ICLR 2020, appendix; Liu et al., arXiv 1810.05270).
 */
export const reinitialise = defineRetraining({
  name: 'reinitialise',
  title: 'Keep the mask, draw other initial weights, and train again from the beginning',
  source: 'Frankle & Carbin, ICLR 2019, arXiv 1803.03635, section 2; Liu et al., arXiv 1810.05270',
  options: z.strictObject({ name: z.literal('reinitialise') }),
  start: 'reinitialise',
  steps: (_options, { steps }) => steps,
  rate: (_options, step, { trainingRate }) => trainingRate(step),
  refusal: () => null,
});
