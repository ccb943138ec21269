import type { PrunableLayer } from '../../common/network.ts';

/** One number of a weight's place: the output or input channel that it joins, or a coordinate in the kernel. */
export interface WeightPart {
  name: 'output' | 'input' | 'kernel row' | 'kernel column' | 'multiplier';
  value: number;
  /** How many there are: values go from 0 up to before it. */
  size: number;
  /** Weights of the flattening between one value and the next. */
  stride: number;
}

type Layer = Pick<PrunableLayer, 'kind' | 'shape' | 'weights'>;

/** Axes of a kernel in the order of its flattening, the last one moving fastest. */
function axesOf({ kind, shape, weights }: Layer): Pick<WeightPart, 'name' | 'size'>[] {
  const axis = (name: WeightPart['name'], size: number) => ({ name, size });
  if (kind === 'dense') return [axis('input', shape[0] ?? weights), axis('output', shape[1] ?? 1)];
  const [height = 1, width = 1, inputs = 1, last = 1] = shape;
  const place = [axis('kernel row', height), axis('kernel column', width)];
  if (kind === 'depthwise') return [...place, axis('input', inputs), axis('multiplier', last)];
  return [...place, axis('input', inputs), axis('output', last)];
}

/** The place of a weight (in the kernel's flattening) part by part; axes of one value are left out. */
export function weightParts(layer: Layer, index: number): WeightPart[] {
  let stride = layer.weights;
  return axesOf(layer)
    .map(({ name, size }): WeightPart => {
      stride /= size;
      return { name, size, stride, value: Math.floor(index / stride) % size };
    })
    .filter(({ size }) => size > 1);
}

/** The weight that differs in one part; a value that there is none of becomes the nearest there is. */
export function withPart(index: number, part: WeightPart, value: number): number {
  const whole = Number.isFinite(value) ? Math.round(value) : part.value;
  const within = Math.min(part.size - 1, Math.max(0, whole));
  return index + (within - part.value) * part.stride;
}
