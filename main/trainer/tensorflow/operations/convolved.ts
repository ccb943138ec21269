import { attribute, type Attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import type { Placement } from './windows.ts';

/** What was convolved, and how. */
export interface Convolved {
  /** [batch, height, width, in] */
  readonly images: readonly number[];
  /** [rows, columns, in ÷ groups, out], or [rows, columns, in, multiplier] of a depthwise one */
  readonly filter: readonly [number, number, number, number];
  /** Rows and columns of the output. */
  readonly output: readonly [number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
  /** What TensorFlow was asked for. */
  readonly placement: Placement;
}

/**
 * The gradient of a convolution's kernel.
 * @param images [batch, height, width, in]
 * @param dy [batch, height', width', out]
 * @returns of the kernel's shape
 */
export type KernelGradient = (engine: Engine, images: Tensor, convolved: Convolved, dy: Tensor) => Tensor;

type Asked = Pick<Convolved, 'stride' | 'dilation' | 'placement'>;

/** How any of TensorFlow's ops that move a kernel over images is asked. */
export function windowAttributes(engine: Engine, { stride, dilation, placement }: Asked): Attribute[] {
  const { padding, rows, columns } = placement;
  const margins = padding === 'EXPLICIT' ? [0, 0, ...rows, ...columns, 0, 0] : [];
  return [
    attribute.type('T', engine.precision),
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.string('padding', padding),
    attribute.intList('explicit_paddings', margins),
    attribute.string('data_format', 'NHWC'),
    attribute.intList('dilations', [1, dilation, dilation, 1]),
  ];
}

/** How Conv2D and its gradients are asked. */
export function convolutionAttributes(engine: Engine, asked: Asked): Attribute[] {
  return [...windowAttributes(engine, asked), attribute.bool('use_cudnn_on_gpu', true)];
}
