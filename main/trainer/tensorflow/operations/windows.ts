import { convolvedSize, type WindowGeometry } from '../../../../common/network.ts';
import type { Engine, Tensor } from '../engine.ts';
import { padAxes, type Side } from './places.ts';

/** Geometry of a convolution or pooling, as PyTorch has it. */
export interface WindowOptions extends WindowGeometry {
  /**
   * Whether x lies rotated by half a turn (rows and columns in reverse), as the output then does. PyTorch's padding at
   * stride 2 reads one row of zeros before an even image and none after it; of a rotated one it is the other way round,
   * which is TensorFlow's SAME: no padded copy has to be made.
   */
  readonly rotated?: boolean;
}

/** How TensorFlow is asked for PyTorch's padding. */
export interface Placement {
  readonly padding: 'VALID' | 'SAME' | 'EXPLICIT';
  /** Padding before and after the rows and the columns. */
  readonly rows: Side;
  readonly columns: Side;
}

/** Padding of images that were padded before, or need none. */
export const UNPADDED: Placement = { padding: 'VALID', rows: [0, 0], columns: [0, 0] };

/** The rows (or columns) that windows of `reach` places read before and after those of the input. */
function margins(length: number, reach: number, output: number, stride: number, padding: number): Side {
  return [padding, Math.max(0, (output - 1) * stride + reach - length - padding)];
}

/** What TensorFlow's SAME adds: as little as it can, and the odd one at the end. */
function sameMargins(length: number, reach: number, stride: number): Side {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** PyTorch's padding by a name of TensorFlow's own where that means the same. */
export function placementOf(x: Tensor, window: Side, options: WindowOptions): Placement {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const size: Side = [x.shape[1] ?? 0, x.shape[2] ?? 0];
  const output = convolvedSize(size, window, options);
  const reach = window.map((length) => dilation * (length - 1) + 1) as [number, number];
  const sideOf = (axis: 0 | 1): Side => {
    const [before, after] = margins(size[axis], reach[axis], output[axis], stride, padding);
    return options.rotated ? [after, before] : [before, after];
  };
  const [rows, columns] = [sideOf(0), sideOf(1)];
  const same = [rows, columns].every((side, axis) => {
    const named = sameMargins(size[axis] as number, reach[axis] as number, stride);
    return side[0] === named[0] && side[1] === named[1];
  });
  const none = [...rows, ...columns].every((margin) => margin === 0);
  return { padding: none ? 'VALID' : same ? 'SAME' : 'EXPLICIT', rows, columns };
}

/** A value around the images, zero by default, with gradient. */
export function pad(engine: Engine, x: Tensor, { rows, columns }: Placement, value = 0): Tensor {
  return padAxes(engine, x, [[0, 0], rows, columns, [0, 0]], value);
}
