import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/**
 * Zeros at random, the rest ÷ (1 − rate), with gradient. The same seed and stream draw the same zeros, whatever the
 * precision.
 *
 * @param rate probability of a zero, 0 ≤ rate < 1
 * @param seed int32 [2]
 * @param stream two words that tell this place's zeros from those that others draw from the same seed
 */
export function dropout(
  engine: Engine,
  x: Tensor,
  rate: number,
  seed: Tensor,
  stream: readonly [number, number],
): Tensor {
  const { tf } = engine;
  const int32 = (name: string) => attribute.type(name, 'int32');
  const [own] = engine.op('BitwiseXor', [int32('T')], [seed, tf.tensor1d([...stream], 'int32')], 1);
  const [drawn] = engine.op(
    'StatelessRandomUniform',
    [attribute.type('dtype', 'float32'), int32('T'), int32('Tseed')],
    [tf.tensor1d(x.shape, 'int32'), own as Tensor],
    1,
  );
  const [kept] = engine.op(
    'GreaterEqual',
    [attribute.type('T', 'float32')],
    [drawn as Tensor, engine.constant(Float32Array.of(rate), [], 'float32')],
    1,
  );
  const [ones] = engine.op(
    'Cast',
    [
      attribute.type('SrcT', 'bool'),
      attribute.type('DstT', engine.precision),
      attribute.bool('Truncate', false),
    ],
    [kept as Tensor],
    1,
  );
  const mask = tf.mul(ones as Tensor, engine.scalar(1 / (1 - rate)));
  const drop = tf.customGrad((input, save) => {
    (save as (tensors: Tensor[]) => void)([mask]);
    return {
      value: tf.mul(input as Tensor, mask),
      gradFunc: (dy: Tensor, [mask]: Tensor[]) => tf.mul(dy, mask as Tensor),
    };
  });
  return drop(x);
}
