import { createRegistry } from '../registry.ts';
import { cifar100 } from './cifar-100.ts';
import { cifar10 } from './cifar-10.ts';
import { emnist } from './emnist.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { idx } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { kmnist } from './kmnist.ts';
import { mnist } from './mnist.ts';
import { npz } from './npz.ts';
import { svhn } from './svhn.ts';
import { synthetic } from './synthetic.ts';

export const datasets = createRegistry('data set', [
  mnist,
  fashionMnist,
  kmnist,
  emnist,
  cifar10,
  cifar100,
  svhn,
  idx,
  npz,
  imageFolder,
  synthetic,
]);
