import { createRegistry } from '../../registry.ts';
import { adam } from './adam.ts';
import { sgd } from './sgd.ts';

export const optimizers = createRegistry('optimizer', [sgd, adam]);
