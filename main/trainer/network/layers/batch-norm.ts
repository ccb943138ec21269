import { batchNormInference, batchNormTraining } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** By the batch's statistics in training, which also moves the running ones; by the running ones in evaluation. */
export const batchNorm: Layer<'batch-norm'> = {
  operation: 'batch-norm',
  forward({ engine, training, parameter, updated }, node, input) {
    const { epsilon, momentum } = node;
    const [gamma, beta] = [parameter(node.gamma), parameter(node.beta)];
    const running = { mean: parameter(node.mean), variance: parameter(node.variance) };
    // Behind a dense layer, each example is one place.
    const places =
      input.rank === 2 ? engine.tf.reshape(input, [input.shape[0]!, 1, 1, node.channels]) : input;
    const normalize = (): typeof input => {
      if (!training) return batchNormInference(engine, places, gamma, beta, running, { epsilon });
      const constants = { epsilon, ...(momentum === undefined ? {} : { momentum }) };
      const { output, mean, variance } = batchNormTraining(engine, places, gamma, beta, running, constants);
      updated(node.mean, mean);
      updated(node.variance, variance);
      return output;
    };
    return places === input ? normalize() : engine.tf.reshape(normalize(), input.shape);
  },
};
