import { createRegistry } from '../registry.ts';
import { emnist } from './emnist.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { idx } from './idx.ts';
import { kmnist } from './kmnist.ts';
import { mnist } from './mnist.ts';

export const datasets = createRegistry('data set', [mnist, fashionMnist, kmnist, emnist, idx]);
