import { generator, normals } from '../../../common/random.ts';
import type { NetworkDescription, ParameterDescription } from '../../../common/network.ts';

/**
 * Initial values of every parameter, by name; they depend on the seed and the parameter's position alone.
 *
 * Convolutions: He normal with fan-out (He et al., arXiv 1502.01852, as ResNet), where a depthwise kernel's fan-out is
 * its own size; hidden dense layers: He normal with fan-in; the last dense layer: normal of variance 1 / fan-in.
 * Biases and β are 0, γ 1, running mean 0, running variance 1.
 */
export function initialParameters(network: NetworkDescription, seed: number): Map<string, Float32Array> {
  const last = network.layers.at(-1)!.kernel;
  return new Map(
    network.parameters.map((parameter, index) => [
      parameter.name,
      initialValues(network, parameter, parameter.name === last, seed, index),
    ]),
  );
}

function initialValues(
  network: NetworkDescription,
  parameter: ParameterDescription,
  isLast: boolean,
  seed: number,
  index: number,
): Float32Array {
  const size = parameter.shape.reduce((product, length) => product * length, 1);
  switch (parameter.role) {
    case 'bias':
    case 'beta':
    case 'mean':
      return new Float32Array(size);
    case 'gamma':
    case 'variance':
      return new Float32Array(size).fill(1);
    case 'kernel': {
      const deviation = kernelDeviation(network, parameter, isLast);
      return Float32Array.from(
        normals(size, generator(seed, 'initial weights', index)),
        (value) => value * deviation,
      );
    }
  }
}

function kernelDeviation(
  network: NetworkDescription,
  parameter: ParameterDescription,
  isLast: boolean,
): number {
  const { kind, shape } = network.layers.find((layer) => layer.kernel === parameter.name)!;
  if (kind === 'dense') return Math.sqrt((isLast ? 1 : 2) / shape[0]!);
  const [height, width, , outputs] = shape as [number, number, number, number];
  return Math.sqrt(2 / (height * width * outputs));
}
