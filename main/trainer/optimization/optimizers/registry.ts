import { createRegistry } from '../../registry.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { sgd } from './sgd.ts';

export const optimizers = createRegistry('optimizer', [sgd, adam, adamw]);
