import type { NetworkDescription } from '../../../../common/network.ts';
import { CLASSES } from './small-network.ts';

/** Dense layers alone, with ReLU between them, on square images of one channel. */
export function denseNetwork(side = 6, widths = [20, 10]): NetworkDescription {
  const network: NetworkDescription = {
    name: 'dense',
    inputShape: [side, side, 1],
    classes: CLASSES,
    nodes: [
      {
        name: 'input',
        operation: 'input',
        inputs: [],
        channels: 1,
        shape: [side, side, 1],
        minimum: -2,
        maximum: 3,
      },
      { name: 'flat', operation: 'flatten', inputs: ['input'], channels: side ** 2, spatial: side ** 2 },
    ],
    parameters: [],
    layers: [],
  };
  let [before, channels] = ['flat', side ** 2];
  [...widths, CLASSES].forEach((units, index) => {
    const name = `fc${index + 1}`;
    const kernel = `${name}.weight`;
    const shape = [channels, units];
    network.parameters.push(
      { name: kernel, layer: name, role: 'kernel', shape },
      { name: `${name}.bias`, layer: name, role: 'bias', shape: [units] },
    );
    network.nodes.push({
      name,
      operation: 'dense',
      inputs: [before],
      channels: units,
      kernel,
      bias: `${name}.bias`,
      stride: 1,
      padding: 0,
    });
    if (index < widths.length)
      network.nodes.push({ name: `${name}.relu`, operation: 'relu', inputs: [name], channels: units });
    network.layers.push({
      name,
      kind: 'dense',
      kernel,
      shape,
      weights: channels * units,
      inputChannels: channels,
      outputChannels: units,
      macs: channels * units,
    });
    [before, channels] = [index < widths.length ? `${name}.relu` : name, units];
  });
  return network;
}
