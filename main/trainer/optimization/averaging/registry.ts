import { createRegistry } from '../../registry.ts';
import { exponential } from './exponential.ts';

export const averagings = createRegistry('averaging of weights', [exponential]);
