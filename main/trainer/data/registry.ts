import { createRegistry } from '../registry.ts';
import { cifar100 } from './sets/cifar-100.ts';
import { cifar10 } from './sets/cifar-10.ts';
import { emnist } from './sets/emnist.ts';
import { fashionMnist } from './sets/fashion-mnist.ts';
import { idx } from './sets/idx.ts';
import { imageFolder } from './sets/image-folder.ts';
import { kmnist } from './sets/kmnist.ts';
import { mnist } from './sets/mnist.ts';
import { npz } from './sets/npz.ts';
import { svhn } from './sets/svhn.ts';
import { synthetic } from './sets/synthetic.ts';

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
