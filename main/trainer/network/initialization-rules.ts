import { sizeOf, type PrunableLayer } from '../../../common/network.ts';

/** How the values of a kernel are drawn: normal with a deviation, or uniform between plus and minus a bound. */
export type Draw = { distribution: 'normal'; deviation: number } | { distribution: 'uniform'; bound: number };

/** A model's way to draw its kernels; `isLast` is the layer that makes the logits. Biases are 0 by every rule. */
export type InitializationRule = (layer: Pick<PrunableLayer, 'kind' | 'shape'>, isLast: boolean) => Draw;

/**
 * Convolutions: He normal with fan-out (He et al., arXiv 1502.01852, as ResNet), where a depthwise kernel's fan-out is
 * its own size; hidden dense layers: He normal with fan-in; the last dense layer: normal of variance 1 / fan-in.
 */
export const heNormal: InitializationRule = ({ kind, shape }, isLast) => {
  if (kind === 'dense') return normal((isLast ? 1 : 2) / shape[0]!);
  const [height, width, , outputs] = shape as [number, number, number, number];
  return normal(2 / (height * width * outputs));
};

/**
 * As torchvision draws VGG and MobileNetV2 and V3: convolutions He normal with fan-out, which for a depthwise kernel counts
 * all its channels; dense layers normal with deviation 0.01.
 */
export const torchvisionNormal: InitializationRule = ({ kind, shape }) => {
  if (kind === 'dense') return normal(0.01 ** 2);
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return normal(2 / (height * width * (kind === 'depthwise' ? inputs * outputs : outputs)));
};

/** Glorot & Bengio (2010) as a normal: variance 2 / (fan-in + fan-out), as in the lottery ticket hypothesis. */
export const glorotNormal: InitializationRule = ({ shape }) => {
  const [inputs, outputs] = fans(shape);
  return normal(2 / (inputs + outputs));
};

/** Caffe's 'xavier' filler: uniform in ± √(3 / fan-in). */
export const caffeXavier: InitializationRule = ({ shape }) => ({
  distribution: 'uniform',
  bound: Math.sqrt(3 / fans(shape)[0]),
});

function normal(variance: number): Draw {
  return { distribution: 'normal', deviation: Math.sqrt(variance) };
}

/** Fan-in and fan-out of a dense or convolution kernel: what one output reads, and what reads one input. */
function fans(shape: readonly number[]): [number, number] {
  const places = sizeOf(shape.slice(0, -2));
  return [places * shape.at(-2)!, places * shape.at(-1)!];
}
