/** Differentiable operations, each over single ops of TensorFlow; they run eagerly and inside a trace. */
export { hardSigmoid, hardSwish, relu, relu6, sigmoid, swish } from './activation.ts';
export { gather, gatherWords, standardize, type Standardization } from './batches.ts';
export { correctPredictions, predictedClass, sparseSoftmaxCrossEntropy } from './classification.ts';
export { conv2d, depthwiseConv2d, type ConvolutionOptions } from './convolution.ts';
export { biasAdd, dense, matMul } from './dense.ts';
export { dropout } from './dropout.ts';
export { addAll, meanOfChannelsAndGates, scaleChannels, shortcut } from './joining.ts';
export {
  batchNormInference,
  batchNormTraining,
  type NormalizationConstants,
  type NormalizedBatch,
  type RunningStatistics,
} from './normalization.ts';
export { margins, rankOfLabel } from './ranking.ts';
export { averagePool, globalAveragePool, maxPool } from './pooling.ts';
