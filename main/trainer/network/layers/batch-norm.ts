import { batchNormInference, batchNormTraining } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** By the batch's statistics in training, which also moves the running ones; by the running ones in evaluation. */
export const batchNorm: Layer<'batch-norm'> = {
  operation: 'batch-norm',
  forward({ engine, training, parameter, updated }, node, input) {
    const [gamma, beta] = [parameter(node.gamma), parameter(node.beta)];
    const running = { mean: parameter(node.mean), variance: parameter(node.variance) };
    if (!training) return batchNormInference(engine, input, gamma, beta, running);
    const { output, mean, variance } = batchNormTraining(engine, input, gamma, beta, running);
    updated(node.mean, mean);
    updated(node.variance, variance);
    return output;
  },
};
