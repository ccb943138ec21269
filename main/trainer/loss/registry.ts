import { createRegistry } from '../registry.ts';
import { crossEntropy } from './cross-entropy.ts';

export const losses = createRegistry('loss', [crossEntropy]);
