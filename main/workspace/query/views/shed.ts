import { EPOCH_ROWS } from '../../stored-rows.ts';
import { EPOCH, LADDER, measuredAtThreshold, RUN, THRESHOLD, type View } from './view.ts';

export const shed: View = {
  name: 'shed',
  rows: 'each threshold after each epoch of a run',
  columns: [RUN, EPOCH, THRESHOLD, ...measuredAtThreshold('epoch')],
  from: `${EPOCH_ROWS} ${LADDER}`,
};
