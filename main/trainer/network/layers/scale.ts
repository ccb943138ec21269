import { scaleChannels } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** Features times gates: the second half of squeeze-and-excite (Hu et al., arXiv 1709.01507). */
export const scale: Layer<'scale'> = {
  operation: 'scale',
  forward: ({ engine }, _node, ...[features, gates]) => scaleChannels(engine, features, gates!),
};
