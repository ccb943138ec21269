import { LAST_EPOCH_ROWS } from '../../stored-rows.ts';
import { column, LADDER, measuredOfRuns, RUN, THRESHOLD, type View } from './view.ts';

export const thresholds: View = {
  name: 'thresholds',
  rows: 'each threshold of a run',
  note: 'Measures are those of the last epoch.',
  columns: [
    RUN,
    THRESHOLD,
    column('place', 'integer', 'threshold.key', 'Place in the ladder of the run, from 0.'),
    column(
      'absolute',
      'real',
      "(threshold.value ->> '$.absolute')",
      'The magnitude; null for a relative one.',
    ),
    column(
      'sigma',
      'real',
      "(threshold.value ->> '$.sigma')",
      "In units of the layer's σ; null for an absolute one.",
    ),
    ...measuredOfRuns(true),
  ],
  from: `${LAST_EPOCH_ROWS} ${LADDER}`,
};
