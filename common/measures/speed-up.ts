import { underIdea } from './ideas.ts';
import { defineMeasure } from './measure.ts';
import { MACS_LEFT, timesLess } from './stored.ts';

export const speedUp = defineMeasure({
  id: 'speedUp',
  column: 'speedup',
  title: 'Theoretical speed-up',
  unit: 'factor',
  definition:
    'How many times fewer multiply-accumulates are left. Real speed depends on the hardware: leaving out pruned weights needs hardware that skips every zero; after compaction any will do.',
  formula: 'MACs of the dense network  ÷  MACs left',
  source: 'Blalock et al., arXiv 2003.03033',
  better: 'higher',
  logarithmic: true,
  each: 'idea',
  stored: { epoch: timesLess(MACS_LEFT.epoch) },
  epoch: ({ epoch }, idea) => underIdea(epoch.costs, idea)?.speedUp ?? null,
});
