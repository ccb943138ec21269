import { createRegistry } from '../../registry.ts';
import { weight } from './weight.ts';

export const granularities = createRegistry('granularity', [weight]);
