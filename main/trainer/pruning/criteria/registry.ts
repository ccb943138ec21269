import { createRegistry } from '../../registry.ts';
import { magnitude } from './magnitude.ts';
import { random } from './random.ts';

export const criteria = createRegistry('criterion', [random, magnitude]);
