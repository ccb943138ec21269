import { generator, normals, uniforms } from '../random.ts';
import { sizeOf, type NetworkDescription, type ParameterDescription } from '../../../common/network.ts';
import { heNormal, type Draw, type InitializationRule } from './initialization-rules.ts';
import { models } from './registry.ts';

/**
 * Initial values of every parameter, by name; they depend on the seed and the parameter's position alone.
 *
 * Kernels follow the rule of the network's model, `heNormal` unless it has its own. Biases and β are 0, γ 1, running
 * mean 0, running variance 1.
 */
export function initialParameters(network: NetworkDescription, seed: number): Map<string, Float32Array> {
  const rule = models.all.find(({ name }) => name === network.name)?.initialization?.kernels ?? heNormal;
  return new Map(
    network.parameters.map((parameter, index) => [
      parameter.name,
      initialValues(network, parameter, rule, seed, index),
    ]),
  );
}

function initialValues(
  network: NetworkDescription,
  parameter: ParameterDescription,
  rule: InitializationRule,
  seed: number,
  index: number,
): Float32Array {
  const size = sizeOf(parameter.shape);
  switch (parameter.role) {
    case 'bias':
    case 'beta':
    case 'mean':
      return new Float32Array(size);
    case 'gamma':
    case 'variance':
      return new Float32Array(size).fill(1);
    case 'kernel': {
      const place = network.layers.findIndex(({ kernel }) => kernel === parameter.name);
      return drawn(rule(network.layers[place]!, place === network.layers.length - 1), size, seed, index);
    }
  }
}

function drawn(draw: Draw, size: number, seed: number, index: number): Float32Array {
  const random = generator(seed, 'initial weights', index);
  // Typed arrays map thirty times as fast as Float32Array.from: seconds for a network of millions.
  return draw.distribution === 'normal'
    ? new Float32Array(normals(size, random).map((value) => value * draw.deviation))
    : uniforms(size, random).map((value) => (2 * value - 1) * draw.bound);
}
