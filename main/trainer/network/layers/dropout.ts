import { generator } from '../../random.ts';
import { dropout as dropoutOperation } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** Srivastava et al. 2014, scaled in training as PyTorch does; the identity in evaluation. */
export const dropout: Layer<'dropout'> = {
  operation: 'dropout',
  forward({ engine, training, seed }, { name, rate }, input) {
    if (!training || rate === 0) return input;
    if (!seed) throw new Error(`The step gave ${name} no seed.`);
    const stream = generator(0, `dropout of ${name}`);
    return dropoutOperation(engine, input, rate, seed, [stream.next() | 0, stream.next() | 0]);
  },
};
