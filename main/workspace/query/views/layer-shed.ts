import { layerRows } from '../../stored-rows.ts';
import { LAYER } from './layers.ts';
import { EPOCH, LADDER, measuredAtThreshold, RUN, THRESHOLD, type View } from './view.ts';

export const layerShed: View = {
  name: 'layer_shed',
  rows: 'each threshold of each layer after each epoch of a run',
  columns: [RUN, EPOCH, LAYER, THRESHOLD, ...measuredAtThreshold('layer')],
  from: `${layerRows('join')} ${LADDER}`,
};
