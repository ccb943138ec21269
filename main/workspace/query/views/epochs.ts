import { EPOCH_ROWS } from '../../stored-rows.ts';
import { column, EPOCH, measured, RUN, time, type View } from './view.ts';

export const epochs: View = {
  name: 'epochs',
  rows: 'each epoch of a run',
  note: 'Measures at a threshold are in `shed`.',
  columns: [
    RUN,
    EPOCH,
    column('phase', 'text', 'epoch.phase', 'initial, training or retraining.'),
    ...measured('epoch'),
    time('recorded', 'epoch.recorded_at', 'When it was recorded.'),
  ],
  from: EPOCH_ROWS,
};
