import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

type Save = (tensors: Tensor[]) => void;

/** An op of the engine's precision with one output. */
export function single(engine: Engine, name: string, ...inputs: Tensor[]): Tensor {
  return engine.op(name, [attribute.type('T', engine.precision)], inputs, 1)[0] as Tensor;
}

/** One op forward and one back, which reads the gradient and the output: no copy of the input is kept. */
export function byOutput(
  engine: Engine,
  x: Tensor,
  forward: string,
  backward: (dy: Tensor, output: Tensor) => Tensor,
): Tensor {
  const activate = engine.tf.customGrad((input, save) => {
    const value = single(engine, forward, input as Tensor);
    (save as Save)([value]);
    return { value, gradFunc: (dy: Tensor, [output]: Tensor[]) => backward(dy, output as Tensor) };
  });
  return activate(x);
}

/** max(x, 0), whose gradient is one op too; at 0 the gradient is 0, as in PyTorch. */
export function relu(engine: Engine, x: Tensor): Tensor {
  return byOutput(engine, x, 'Relu', (dy, output) => single(engine, 'ReluGrad', dy, output));
}

/** min(max(x, 0), 6); its gradient is 0 at 0 and at 6. */
export function relu6(engine: Engine, x: Tensor): Tensor {
  return byOutput(engine, x, 'Relu6', (dy, output) => single(engine, 'Relu6Grad', dy, output));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(engine: Engine, x: Tensor): Tensor {
  return byOutput(engine, x, 'Sigmoid', (dy, output) => single(engine, 'SigmoidGrad', output, dy));
}

/** relu6(x + 3), which both hard functions are made of; 0 and 6 only where x is at or beyond −3 and 3. */
function ramp(engine: Engine, x: Tensor): Tensor {
  return single(engine, 'Relu6', engine.tf.add(x, engine.scalar(3)));
}

/** relu6(x + 3) / 6; its gradient is 0 at −3 and at 3. */
export function hardSigmoid(engine: Engine, x: Tensor): Tensor {
  const { tf } = engine;
  const activate = tf.customGrad((input, save) => {
    const slope = ramp(engine, input as Tensor);
    (save as Save)([slope]);
    return {
      value: tf.mul(slope, engine.scalar(1 / 6)),
      gradFunc: (dy: Tensor, [slope]: Tensor[]) =>
        tf.mul(single(engine, 'Relu6Grad', dy, slope as Tensor), engine.scalar(1 / 6)),
    };
  });
  return activate(x);
}

/** x · relu6(x + 3) / 6; its gradient is 0 at −3 and 1 at 3. */
export function hardSwish(engine: Engine, x: Tensor): Tensor {
  const { tf } = engine;
  const activate = tf.customGrad((input, save) => {
    const [values, slope] = [input as Tensor, ramp(engine, input as Tensor)];
    (save as Save)([values, slope]);
    return {
      value: tf.mul(tf.mul(values, slope), engine.scalar(1 / 6)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [values, slope] = saved as [Tensor, Tensor];
        const share = tf.mul(dy, engine.scalar(1 / 6));
        return tf.add(tf.mul(share, slope), single(engine, 'Relu6Grad', tf.mul(share, values), slope));
      },
    };
  });
  return activate(x);
}

/** x · sigmoid(x), PyTorch's SiLU. */
export function swish(engine: Engine, x: Tensor): Tensor {
  const { tf } = engine;
  const activate = tf.customGrad((input, save) => {
    const [values, gate] = [input as Tensor, single(engine, 'Sigmoid', input as Tensor)];
    (save as Save)([values, gate]);
    return {
      value: tf.mul(values, gate),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [values, gate] = saved as [Tensor, Tensor];
        return tf.add(tf.mul(dy, gate), single(engine, 'SigmoidGrad', gate, tf.mul(dy, values)));
      },
    };
  });
  return activate(x);
}
