import { createRegistry } from '../../registry.ts';
import { block } from './block.ts';
import { channel } from './channel.ts';
import { filter } from './filter.ts';
import { kernel } from './kernel.ts';
import { nOfM } from './n-m.ts';
import { weight } from './weight.ts';

export const granularities = createRegistry('granularity', [weight, nOfM, block, kernel, filter, channel]);
