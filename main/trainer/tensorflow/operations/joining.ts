import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import { byOutput, single } from './activation.ts';
import { padAxes, type Side } from './places.ts';
import { pickPlaces } from './pooling.ts';

/**
 * The sum of tensors of one shape; their gradient is the sum's own, which nothing copies.
 * @param inputs at least two
 */
export function addAll(engine: Engine, inputs: readonly Tensor[]): Tensor {
  const attributes = [attribute.type('T', engine.precision)];
  const sum = engine.tf.customGrad((...given) => {
    // The last of what tfjs hands over is its function that saves tensors.
    const terms = given.slice(0, inputs.length) as Tensor[];
    const [value] =
      terms.length === 2
        ? engine.op('AddV2', attributes, terms, 1)
        : engine.op('AddN', [...attributes, attribute.int('N', terms.length)], terms, 1);
    return { value: value as Tensor, gradFunc: (dy: Tensor) => terms.map(() => dy.clone()) };
  });
  return sum(...inputs);
}

/**
 * Each channel times its gate, with gradients.
 * @param features [batch, height, width, channels]
 * @param gates [batch, 1, 1, channels]
 */
export function scaleChannels(engine: Engine, features: Tensor, gates: Tensor): Tensor {
  const { tf } = engine;
  const scale = tf.customGrad((x, factor, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor, factor as Tensor]);
    return {
      value: tf.mul(x as Tensor, factor as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, factor] = saved as [Tensor, Tensor];
        return [tf.mul(dy, factor), tf.sum(tf.mul(dy, x), [1, 2], true)];
      },
    };
  });
  return scale(features, gates);
}

/**
 * The geometric mean of each channel and its gate, with gradients: of degree one in both together, where their product
 * is of degree two.
 * @param features [batch, height, width, channels], none negative
 * @param gates [batch, 1, 1, channels], none negative
 */
export function meanOfChannelsAndGates(engine: Engine, features: Tensor, gates: Tensor): Tensor {
  return scaleChannels(engine, squareRoot(engine, features), squareRoot(engine, gates));
}

/** √x; its gradient is 0 at 0, where it would be infinite. */
function squareRoot(engine: Engine, x: Tensor): Tensor {
  return byOutput(engine, x, 'Sqrt', (dy, root) =>
    single(engine, 'DivNoNan', engine.tf.mul(dy, engine.scalar(1 / 2)), root),
  );
}

const NONE: Side = [0, 0];

/**
 * ResNet's shortcut without parameters, with gradient: every `stride`-th row and column, and channels of zeros around
 * those of x.
 * @param x [batch, height, width, channels]
 * @returns [batch, ⌈height / stride⌉, ⌈width / stride⌉, before + channels + after]
 */
export function shortcut(
  engine: Engine,
  x: Tensor,
  { stride, before, after }: { stride: number; before: number; after: number },
): Tensor {
  const thin = pickPlaces(engine, x, stride);
  return before + after === 0 ? thin : padAxes(engine, thin, [NONE, NONE, NONE, [before, after]]);
}
