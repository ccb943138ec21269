import { defineMeasure } from './measure.ts';
import { KEPT, stored, storedShare } from './stored.ts';

export const freed = defineMeasure({
  id: 'freed',
  column: 'freed_of_kept',
  title: 'Freed',
  unit: 'share',
  of: 'kept weights',
  definition:
    'Kept weights of channels that moved over the last epoch as the optimizer alone would have moved them. They shrink and do not turn: the loss no longer holds them. Share of the kept weights.',
  formula: '‖w′ − free(w)‖ ÷ ‖w − free(w)‖  ≤  0.2,  free(w): the optimizer’s steps without loss gradient',
  source: 'of this workstation; that the norm alone does not tell: van Laarhoven, arXiv 1706.05350',
  better: null,
  logarithmic: false,
  stored: {
    epoch: stored(storedShare('epoch.freed', KEPT.epoch)),
    layer: stored(storedShare('layer_epoch.freed', KEPT.layer)),
  },
  epoch: ({ epoch }) => epoch.freed,
  layer: ({ layer }) => layer.freed,
});
