import * as z from 'zod';
import { defineGradientClipping } from './gradient-clipping.ts';

const options = z.strictObject({
  name: z.literal('value'),
  maximum: z
    .number()
    .positive()
    .describe('Largest magnitude of each element of a gradient; larger ones are cut to it.'),
});

/** As torch.nn.utils.clip_grad_value_: every element is clamped to ± maximum. */
export const value = defineGradientClipping({
  name: 'value',
  title: 'Each element cut to a largest magnitude',
  source: 'as torch.nn.utils.clip_grad_value_',
  options,
  clip({ maximum }, engine, gradients) {
    const { tf } = engine;
    const [lowest, highest] = [engine.scalar(-maximum), engine.scalar(maximum)];
    return gradients.map((gradient) => tf.maximum(tf.minimum(gradient, highest), lowest));
  },
});
