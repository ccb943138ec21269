import { attribute, type Engine, type Tensor } from '../engine.ts';

/** max(x, 0), whose gradient is one op too; at 0 the gradient is 0, as in PyTorch. */
export function relu(engine: Engine, x: Tensor): Tensor {
  const attributes = [attribute.type('T', engine.precision)];
  const activate = engine.tf.customGrad((input, save) => {
    const value = engine.op('Relu', attributes, [input as Tensor], 1)[0] as Tensor;
    (save as (tensors: Tensor[]) => void)([value]);
    return {
      value,
      gradFunc: (dy: Tensor, [output]: Tensor[]) =>
        engine.op('ReluGrad', attributes, [dy, output as Tensor], 1)[0] as Tensor,
    };
  });
  return activate(x);
}
