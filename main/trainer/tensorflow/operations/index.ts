/** Differentiable operations, each over single ops of TensorFlow; they run eagerly and inside a trace. */
export { relu } from './activation.ts';
export { gather, gatherWords, standardize, type Standardization } from './batches.ts';
export { correctPredictions, predictedClass, sparseSoftmaxCrossEntropy } from './classification.ts';
export { conv2d, convolvedSize, depthwiseConv2d, type ConvolutionOptions } from './convolution.ts';
export { biasAdd, dense, matMul } from './dense.ts';
export {
  BATCH_NORM_EPSILON,
  BATCH_NORM_MOMENTUM,
  batchNormInference,
  batchNormTraining,
  type NormalizedBatch,
  type RunningStatistics,
} from './normalization.ts';
export { globalAveragePool } from './pooling.ts';
