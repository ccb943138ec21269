import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/** a · b, either read as if it were transposed; without gradients. */
export function product(
  engine: Engine,
  a: Tensor,
  b: Tensor,
  transposeA: boolean,
  transposeB: boolean,
): Tensor {
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.bool('transpose_a', transposeA),
    attribute.bool('transpose_b', transposeB),
  ];
  return engine.op('MatMul', attributes, [a, b], 1)[0] as Tensor;
}

/**
 * Product of two matrices with gradients; no transpose is ever made, the kernel reads as if there were one.
 * @param a [m, n]
 * @param b [n, p]
 * @returns [m, p]
 */
export function matMul(engine: Engine, a: Tensor, b: Tensor): Tensor {
  const multiply = engine.tf.customGrad((left, right, save) => {
    (save as (tensors: Tensor[]) => void)([left as Tensor, right as Tensor]);
    return {
      value: product(engine, left as Tensor, right as Tensor, false, false),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [left, right] = saved as [Tensor, Tensor];
        return [product(engine, dy, right, false, true), product(engine, left, dy, true, false)];
      },
    };
  });
  return multiply(a, b);
}

/**
 * Adds a bias to the last axis, with gradients.
 * @param x [..., channels]
 * @param bias [channels]
 */
export function biasAdd(engine: Engine, x: Tensor, bias: Tensor): Tensor {
  const attributes = [attribute.type('T', engine.precision), attribute.string('data_format', 'NHWC')];
  const add = engine.tf.customGrad((input, offset) => ({
    value: engine.op('BiasAdd', attributes, [input as Tensor, offset as Tensor], 1)[0] as Tensor,
    gradFunc: (dy: Tensor) => [dy.clone(), engine.op('BiasAddGrad', attributes, [dy], 1)[0] as Tensor],
  }));
  return add(x, bias);
}

/**
 * A dense layer: x · kernel + bias, with gradients.
 * @param x [batch, in]
 * @param kernel [in, out]
 * @param bias [out]
 */
export function dense(engine: Engine, x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  const output = matMul(engine, x, kernel);
  return bias ? biasAdd(engine, output, bias) : output;
}
