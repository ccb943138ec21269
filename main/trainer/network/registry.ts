import { createRegistry } from '../registry.ts';
import type { Model } from './model.ts';
import { convBnRelu } from './models/conv-bn-relu.ts';
import { depthwiseSeparable } from './models/depthwise-separable.ts';
import { layers } from './models/layers.ts';
import { lenet300100 } from './models/lenet-300-100.ts';
import { lenet5 } from './models/lenet-5.ts';
import { lotteryConvs } from './models/lottery-conv.ts';
import { mobilenetV1 } from './models/mobilenet-v1.ts';
import { mobilenetV2 } from './models/mobilenet-v2.ts';
import { mobilenetV3s } from './models/mobilenet-v3.ts';
import { cifarResnets } from './models/resnet-cifar.ts';
import { imagenetResnets } from './models/resnet-imagenet.ts';
import { vggs } from './models/vgg.ts';
import { wideResnet28 } from './models/wide-resnet-28.ts';

export const models = createRegistry<Model>('model', [
  lenet300100,
  convBnRelu,
  depthwiseSeparable,
  lenet5,
  ...lotteryConvs,
  ...vggs,
  ...cifarResnets,
  ...imagenetResnets,
  wideResnet28,
  mobilenetV1,
  mobilenetV2,
  ...mobilenetV3s,
  layers,
]);
