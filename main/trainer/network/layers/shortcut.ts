import { shortcut as shortcutOperation } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const shortcut: Layer<'shortcut'> = {
  operation: 'shortcut',
  forward: ({ engine }, node, input) => shortcutOperation(engine, input, node),
};
