import type { PrunableLayer } from '../../../common/network.ts';

/** What pruning needs to know of a layer beside its weights. */
export type LayerShape = Pick<PrunableLayer, 'name' | 'kind' | 'shape'>;

/**
 * A kernel as the array [positions, inputs, outputs] in its own flattening, C order. Every kind of layer fits: dense has
 * one position; a depthwise kernel has one input for each of its outputs, `in · multiplier` of them; a grouped
 * convolution has the inputs of one group.
 */
export interface KernelView {
  /** Height × width; 1 of a dense layer. */
  height: number;
  width: number;
  positions: number;
  /** Input channels that each output reads. */
  inputs: number;
  outputs: number;
}

export function kernelView({ name, kind, shape }: LayerShape): KernelView {
  if (kind === 'dense') {
    const [inputs, outputs] = shape;
    if (shape.length !== 2) throw new Error(`The dense layer ${name} has a kernel of ${shape.length} axes.`);
    return { height: 1, width: 1, positions: 1, inputs: inputs!, outputs: outputs! };
  }
  if (shape.length !== 4) throw new Error(`The ${kind} layer ${name} has a kernel of ${shape.length} axes.`);
  const [height, width, third, fourth] = shape as [number, number, number, number];
  const positions = height * width;
  return kind === 'depthwise'
    ? { height, width, positions, inputs: 1, outputs: third * fourth }
    : { height, width, positions, inputs: third, outputs: fourth };
}
