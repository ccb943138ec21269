import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';

/** Where the numbers come from that an augmentation draws, one stream after another. */
export interface Draws {
  /** @returns numbers uniform in [0, 1), multiples of 2⁻²³, in the engine's precision */
  uniform(shape: readonly number[]): Tensor;
}

/**
 * Draws that follow from a seed alone: the n-th call reads the n-th stream of it, by TensorFlow's stateless generator
 * (Philox). The numbers are those of float32 whatever the engine computes in.
 *
 * @param seed int32 [2]
 */
export function seededDraws(engine: Engine, seed: Tensor): Draws {
  let streams = 0;
  return {
    uniform(shape) {
      const stream = engine.tf.add(seed, engine.constant(Int32Array.of(0, streams++), [2], 'int32'));
      const drawn = engine.op(
        'StatelessRandomUniform',
        [attribute.type('dtype', 'float32'), attribute.type('T', 'int32'), attribute.type('Tseed', 'int32')],
        [engine.constant(Int32Array.from(shape), [shape.length], 'int32'), stream],
        1,
      )[0]!;
      if (engine.precision === 'float32') return drawn;
      const attributes = [
        attribute.type('SrcT', 'float32'),
        attribute.type('DstT', engine.precision),
        attribute.bool('Truncate', false),
      ];
      return engine.op('Cast', attributes, [drawn], 1)[0]!;
    },
  };
}

/** Integers uniform in 0 … count − 1 (up to 2⁻²³), from numbers uniform in [0, 1). `count` may differ by element. */
export function integersOf(engine: Engine, uniform: Tensor, count: Tensor): Tensor {
  return engine.tf.floor(engine.tf.mul(uniform, count));
}
