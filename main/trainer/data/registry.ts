import { createRegistry } from '../registry.ts';
import { idx } from './idx.ts';
import { mnist } from './mnist.ts';

export const datasets = createRegistry('data set', [mnist, idx]);
