import { attribute, type Attribute } from './attributes.ts';
import type { TensorMetadata } from './binding.ts';
import { dtypeOf } from './dtypes.ts';

/** An op of a trace that was just added, and what its rule needs to add the derivatives of its outputs. */
export interface DerivedOp {
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly TensorMetadata[];
  /** Derivatives of the inputs; undefined where one does not depend on the directions. */
  readonly derivatives: readonly (number | undefined)[];
  /** Adds an op to the trace. */
  run(name: string, attributes: readonly Attribute[], inputs: readonly number[], count?: number): number[];
  /** Adds the very op again, with other inputs. */
  again(inputs: readonly number[]): number[];
  /** Adds a vector of int32. */
  integers(values: readonly number[]): number;
  /** Adds a scalar in the type of the first output. */
  scalar(value: number): number;
}

/** Derivatives of an op's outputs along the directions of its inputs; undefined for zero. */
export type DerivativeRule = (op: DerivedOp) => readonly (number | undefined)[];

const typed = (op: DerivedOp): Attribute[] => [attribute.type('T', dtypeOf(op.outputs[0]!.dtype))];
const binary =
  (name: string) =>
  (op: DerivedOp, a: number, b: number): number =>
    op.run(name, typed(op), [a, b])[0]!;
const add = binary('AddV2');
const subtract = binary('Sub');
const multiply = binary('Mul');
const divide = binary('RealDiv');

function sumOfLast(op: DerivedOp, x: number, keep: boolean): number {
  const attributes = [...typed(op), attribute.type('Tidx', 'int32'), attribute.bool('keep_dims', keep)];
  return op.run('Sum', attributes, [x, op.integers([-1])])[0]!;
}

/** Linear in each of the inputs at these positions: one op for each that moves. */
function linearInEach(...positions: number[]): DerivativeRule {
  return (op) => {
    const terms = positions.flatMap((position) => {
      const derivative = op.derivatives[position];
      return derivative === undefined ? [] : [op.again(op.inputs.with(position, derivative))];
    });
    if (terms.length === 0) return [];
    return op.outputs.map((_, output) => terms.map((term) => term[output]!).reduce((a, b) => add(op, a, b)));
  };
}

/** Linear in the inputs that `moves` names, together: one op, with zeros for those that rest. */
function linearInAll(moves: (position: number, count: number) => boolean): DerivativeRule {
  return (op) =>
    op.again(
      op.inputs.map((input, position) =>
        moves(position, op.inputs.length)
          ? (op.derivatives[position] ?? op.run('ZerosLike', typed(op), [input])[0]!)
          : input,
      ),
    );
}

/** Of an op of one input and one output. */
function unary(derivative: (op: DerivedOp, x: number, y: number, dx: number) => number): DerivativeRule {
  return (op) => [derivative(op, op.inputs[0]!, op.outputs[0]!.id, op.derivatives[0]!)];
}

/** The derivative at the first place of each maximum, as MaxPoolGrad takes it. */
const maxPool: DerivativeRule = (op) =>
  op.run('MaxPoolGradGrad', op.attributes, [op.inputs[0]!, op.outputs[0]!.id, op.derivatives[0]!]);

/** Its outputs are the loss of each example, and the gradient softmax(z) − the label's indicator. */
const crossEntropy: DerivativeRule = (op) => {
  const [z, dz] = [op.inputs[0]!, op.derivatives[0]!];
  const softmax = op.run('Softmax', typed(op), [z])[0]!;
  const moved = multiply(op, softmax, dz);
  return [
    sumOfLast(op, multiply(op, op.outputs[1]!.id, dz), false),
    subtract(op, moved, multiply(op, softmax, sumOfLast(op, moved, true))),
  ];
};

/** y·(1 − y)·dy of the inputs y and dy. */
const sigmoidGradient: DerivativeRule = (op) => {
  const [y, dy] = op.inputs as [number, number];
  const [moveOfY, moveOfDy] = op.derivatives;
  const parts: number[] = [];
  if (moveOfDy !== undefined) parts.push(op.again([y, moveOfDy])[0]!);
  if (moveOfY !== undefined) {
    const product = multiply(op, moveOfY, dy);
    const once = multiply(op, product, y);
    parts.push(subtract(op, subtract(op, product, once), once));
  }
  return [parts.reduce((a, b) => add(op, a, b))];
};

/** y = a / b. */
const quotient: DerivativeRule = (op) => {
  const [a, b] = op.derivatives;
  const fall = b === undefined ? undefined : multiply(op, op.outputs[0]!.id, b);
  const change =
    fall === undefined ? a! : a === undefined ? op.run('Neg', typed(op), [fall])[0]! : subtract(op, a, fall);
  return [divide(op, change, op.inputs[1]!)];
};

const everyInput = (): boolean => true;

/**
 * For every op that a network and its gradient are made of. Where a function has a kink, the derivative is that of the
 * side that its gradient op takes: what automatic differentiation of the gradient would give.
 */
export const DERIVATIVE_RULES: Readonly<Record<string, DerivativeRule>> = {
  Add: linearInAll(everyInput),
  AddN: linearInAll(everyInput),
  AddV2: linearInAll(everyInput),
  Sub: linearInAll(everyInput),
  BiasAdd: linearInAll(everyInput),
  ConcatV2: linearInAll((position, count) => position < count - 1),

  AvgPool: linearInEach(0),
  AvgPoolGrad: linearInEach(1),
  BiasAddGrad: linearInEach(0),
  BroadcastTo: linearInEach(0),
  Cast: linearInEach(0),
  ExpandDims: linearInEach(0),
  MaxPoolGrad: linearInEach(2),
  Mean: linearInEach(0),
  Neg: linearInEach(0),
  Pad: linearInEach(0),
  Relu6Grad: linearInEach(0),
  ReluGrad: linearInEach(0),
  Reshape: linearInEach(0),
  ReverseV2: linearInEach(0),
  Slice: linearInEach(0),
  SplitV: linearInEach(0),
  StridedSlice: linearInEach(0),
  StridedSliceGrad: linearInEach(4),
  Sum: linearInEach(0),

  Conv2D: linearInEach(0, 1),
  Conv2DBackpropFilter: linearInEach(0, 2),
  Conv2DBackpropInput: linearInEach(1, 2),
  DepthwiseConv2dNative: linearInEach(0, 1),
  DepthwiseConv2dNativeBackpropFilter: linearInEach(0, 2),
  DepthwiseConv2dNativeBackpropInput: linearInEach(1, 2),
  MatMul: linearInEach(0, 1),
  Mul: linearInEach(0, 1),

  MaxPool: maxPool,
  // What it pads with stays as it is, whatever that is.
  PadV2: (op) => op.again([op.derivatives[0]!, op.inputs[1]!, op.scalar(0)]),
  RealDiv: quotient,
  Relu: unary((op, _x, y, dx) => op.run('ReluGrad', typed(op), [dx, y])[0]!),
  Relu6: unary((op, _x, y, dx) => op.run('Relu6Grad', typed(op), [dx, y])[0]!),
  Sigmoid: unary((op, _x, y, dx) => op.run('SigmoidGrad', typed(op), [y, dx])[0]!),
  SigmoidGrad: sigmoidGradient,
  SparseSoftmaxCrossEntropyWithLogits: crossEntropy,
  Sqrt: unary((op, _x, y, dx) => divide(op, dx, add(op, y, y))),
  Square: unary((op, x, _y, dx) => {
    const half = multiply(op, x, dx);
    return add(op, half, half);
  }),
};
