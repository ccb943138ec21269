import { createRegistry } from '../../registry.ts';
import { oneShot } from './one-shot.ts';

export const schedules = createRegistry('pruning schedule', [oneShot]);
