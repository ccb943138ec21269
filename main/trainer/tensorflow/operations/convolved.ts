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
