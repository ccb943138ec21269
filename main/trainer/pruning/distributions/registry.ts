import { createRegistry } from '../../registry.ts';
import { erk } from './erk.ts';
import { global } from './global.ts';
import { lamp } from './lamp.ts';
import { layerWise } from './layer-wise.ts';
import { uniform } from './uniform.ts';

export const distributions = createRegistry('distribution', [global, uniform, layerWise, erk, lamp]);
