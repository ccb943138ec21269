import { createRegistry } from '../registry.ts';
import { convBnRelu } from './models/conv-bn-relu.ts';
import { depthwiseSeparable } from './models/depthwise-separable.ts';
import { lenet300100 } from './models/lenet-300-100.ts';

export const models = createRegistry('model', [lenet300100, convBnRelu, depthwiseSeparable]);
