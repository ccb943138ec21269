import { findInert } from '../../../main/trainer/measurement/inert/inert.ts';
import { sizeOf, type NetworkDescription } from '../../../common/network.ts';
import { channelsOf, type Values } from './random-networks.ts';

/** A network with its parameters. */
export interface Net {
  network: NetworkDescription;
  values: Values;
}

/** All weights, γ and variances 1; all biases, β and means 0. */
export function withOnes(network: NetworkDescription): Net {
  const zero = ['mean', 'beta', 'bias'];
  return {
    network,
    values: new Map(
      network.parameters.map(({ name, role, shape }) => [
        name,
        new Float32Array(sizeOf(shape)).fill(zero.includes(role) ? 0 : 1),
      ]),
    ),
  };
}

/** Sets all weights of an output channel. */
export function setOutput({ network, values }: Net, name: string, channel: number, weight: number): void {
  const layer = network.layers.find((each) => each.name === name)!;
  values.get(layer.kernel)!.forEach((_, index, all) => {
    if (channelsOf(layer, index).to === channel) all[index] = weight;
  });
}

/** Sets all weights that read an input channel. */
export function setInput({ network, values }: Net, name: string, channel: number, weight: number): void {
  const layer = network.layers.find((each) => each.name === name)!;
  values.get(layer.kernel)!.forEach((_, index, all) => {
    if (channelsOf(layer, index).from === channel) all[index] = weight;
  });
}

export function inertness(
  { network, values }: Net,
  layer: string,
): { inputZero: number[]; outputZero: number[]; outputBlocked: number[] } {
  const { inputZero, outputZero, outputBlocked } = findInert(network, values).get(layer)!;
  return { inputZero: [...inputZero], outputZero: [...outputZero], outputBlocked: [...outputBlocked] };
}
