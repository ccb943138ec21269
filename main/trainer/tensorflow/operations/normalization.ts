import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from '../../../../common/network.ts';
import { attribute, type Attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/** PyTorch's `eps` and `momentum`, and its values where absent. */
export interface NormalizationConstants {
  readonly epsilon?: number;
  readonly momentum?: number;
}

/** A batch normalised by its own statistics, and the running ones after it. */
export interface NormalizedBatch {
  readonly output: Tensor;
  /** (1 − momentum) · running + momentum · batch. */
  readonly mean: Tensor;
  /** The same of the variance, whose batch part is unbiased (÷ n − 1), as in PyTorch. */
  readonly variance: Tensor;
}

/** Running statistics of the channels, [channels] each. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const EVERY_PLACE = [0, 1, 2];

/**
 * Batch normalisation in training, with gradients to x, γ and β.
 *
 * The new running statistics are kept (`tf.keep`): they survive the tidy of `tf.valueAndGrads`. A trace
 * disposes of them when it ends; outside one, the caller does.
 *
 * @param x [batch, height, width, channels]
 * @param gamma [channels]
 * @param beta [channels]
 */
export function batchNormTraining(
  engine: Engine,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: RunningStatistics,
  { epsilon = BATCH_NORM_EPSILON, momentum = BATCH_NORM_MOMENTUM }: NormalizationConstants = {},
): NormalizedBatch {
  const normalize = engine.precision === 'float32' ? fused : composed;
  return normalize(engine, x, gamma, beta, running, { epsilon, momentum });
}

/** One op forward and one back: half the step's time against a composition. TensorFlow has it in float32. */
function fused(
  engine: Engine,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: RunningStatistics,
  { epsilon, momentum }: Required<NormalizationConstants>,
): NormalizedBatch {
  const { tf } = engine;
  const [value, mean, variance, ...reserved] = fusedOp(engine, x, gamma, beta, running, {
    epsilon,
    momentum,
    training: true,
  }) as [Tensor, Tensor, Tensor, ...Tensor[]];
  const normalize = tf.customGrad((input, scale, _shift, save) => {
    (save as (tensors: Tensor[]) => void)([input as Tensor, scale as Tensor, ...reserved]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        engine.op('FusedBatchNormGradV3', fusedAttributes(epsilon, true), [dy, ...saved], 5).slice(0, 3),
    };
  });
  return { output: normalize(x, gamma, beta), mean: tf.keep(mean), variance: tf.keep(variance) };
}

function fusedAttributes(epsilon: number, training: boolean): Attribute[] {
  return [
    attribute.type('T', 'float32'),
    attribute.type('U', 'float32'),
    attribute.float('epsilon', epsilon),
    attribute.string('data_format', 'NHWC'),
    attribute.bool('is_training', training),
  ];
}

/**
 * The op forward. On the CPU every place is an image of its own: the same statistics, and two to four times as fast, for oneDNN's
 * kernel strides through the places of an image channel by channel.
 * @returns the batch normalised, and the op's other outputs
 */
function fusedOp(
  engine: Engine,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { mean, variance }: RunningStatistics,
  { epsilon, momentum, training }: Required<NormalizationConstants> & { training: boolean },
): Tensor[] {
  const { tf, device } = engine;
  const shape = x.shape as [number, number, number, number];
  const places = device.type === 'CPU' ? tf.reshape(x, [-1, 1, 1, shape[3]]) : x;
  const attributes = [
    ...fusedAttributes(epsilon, training),
    attribute.float('exponential_avg_factor', momentum),
  ];
  const inputs = [places, gamma, beta, mean, variance];
  const [normalized, ...others] = engine.op('FusedBatchNormV3', attributes, inputs, 6) as [Tensor];
  return [tf.reshape(normalized, shape), ...others];
}

function composed(
  engine: Engine,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: RunningStatistics,
  { epsilon, momentum }: Required<NormalizationConstants>,
): NormalizedBatch {
  const { tf } = engine;
  const mean = tf.mean(x, EVERY_PLACE);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), EVERY_PLACE);
  const deviation = tf.sqrt(tf.add(variance, engine.scalar(epsilon)));
  const output = tf.add(tf.mul(tf.div(centred, deviation), gamma), beta);
  const places = x.size / (x.shape[3] ?? 1);
  const move = (old: Tensor, next: Tensor, factor: number) =>
    tf.keep(tf.add(tf.mul(old, engine.scalar(1 - momentum)), tf.mul(next, engine.scalar(momentum * factor))));
  return {
    output,
    mean: move(running.mean, mean, 1),
    variance: move(running.variance, variance, places / Math.max(1, places - 1)),
  };
}

/**
 * Batch normalisation by running statistics, with gradients to x, γ and β.
 * @param x [batch, height, width, channels]
 */
export function batchNormInference(
  engine: Engine,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: RunningStatistics,
  { epsilon = BATCH_NORM_EPSILON }: Pick<NormalizationConstants, 'epsilon'> = {},
): Tensor {
  const { tf } = engine;
  const deviationOf = (variance: Tensor) => tf.sqrt(tf.add(variance, engine.scalar(epsilon)));
  const normalize = tf.customGrad((input, scale, shift, save) => {
    const [images, factor, offset] = [input as Tensor, scale as Tensor, shift as Tensor];
    const { mean, variance } = running;
    (save as (tensors: Tensor[]) => void)([images, factor, mean, variance]);
    return {
      value:
        engine.precision === 'float32'
          ? fusedOp(engine, images, factor, offset, running, { epsilon, momentum: 1, training: false })[0]!
          : tf.add(tf.mul(tf.div(tf.sub(images, mean), deviationOf(variance)), factor), offset),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [images, factor, mean, variance] = saved as [Tensor, Tensor, Tensor, Tensor];
        const deviation = deviationOf(variance);
        return [
          tf.mul(dy, tf.div(factor, deviation)),
          tf.sum(tf.mul(dy, tf.div(tf.sub(images, mean), deviation)), EVERY_PLACE),
          tf.sum(dy, EVERY_PLACE),
        ];
      },
    };
  });
  return normalize(x, gamma, beta);
}
