import { layerRows } from '../../stored-rows.ts';
import { column, EPOCH, measured, RUN, type View } from './view.ts';

export const LAYER = column('layer', 'text', 'layer.name', 'Name of the layer.');

export const layers: View = {
  name: 'layers',
  rows: 'each layer after each epoch of a run',
  note: 'Measures at a threshold are in `layer_shed`.',
  columns: [
    RUN,
    EPOCH,
    LAYER,
    column('position', 'integer', 'layer.position', 'Place among the layers of the network, from 0.'),
    ...measured('layer'),
  ],
  from: layerRows('join'),
};
