import { createRegistry } from '../../registry.ts';
import { global } from './global.ts';
import { uniform } from './uniform.ts';

export const distributions = createRegistry('distribution', [global, uniform]);
