import { CascadeError } from '../../../../../common/errors.ts';
import type { NetworkBuilder } from '../../builder.ts';
import { ModelError } from '../../model.ts';
import { appendSqueezeExcite } from '../blocks/squeeze-excite.ts';
import type { ListedLayer, ResidualLayer } from './options.ts';

type Key = readonly (string | number)[];

/**
 * Appends listed layers.
 *
 * @param prefix of their names: those of a residual block are called after it
 * @param key of the list among the model's options
 * @param classes that a dense layer without units makes
 * @throws ModelError with the place of the layer that does not fit
 */
export function appendListed(
  network: NetworkBuilder,
  layers: readonly ListedLayer[],
  { prefix, key, classes }: { prefix: string; key: Key; classes: number },
): void {
  const numbers = new Map<string, number>();
  layers.forEach((layer, index) => {
    const number = (numbers.get(layer.layer) ?? 0) + 1;
    numbers.set(layer.layer, number);
    const name = `${prefix}${layer.name ?? `${layer.layer}${number}`}`;
    const place = [...key, index];
    try {
      if (layer.layer === 'residual') appendResidual(network, name, layer, place, classes);
      else appendPlain(network, name, layer, classes);
    } catch (error) {
      if (error instanceof ModelError || !(error instanceof CascadeError)) throw error;
      throw new ModelError(place, error.message, { cause: error });
    }
  });
}

function appendPlain(
  network: NetworkBuilder,
  name: string,
  layer: Exclude<ListedLayer, ResidualLayer>,
  classes: number,
): void {
  switch (layer.layer) {
    case 'dense':
      network.dense(name, layer.units ?? classes, { bias: layer.bias });
      break;
    case 'conv':
      network.conv(name, layer.channels, layer.size, { ...windowOf(layer), groups: layer.groups });
      break;
    case 'depthwise':
      network.depthwise(name, layer.size, { ...windowOf(layer), multiplier: layer.multiplier });
      break;
    case 'separable':
      network
        .depthwise(`${name}.depthwise`, layer.size, { ...windowOf(layer), bias: false })
        .conv(`${name}.pointwise`, layer.channels, 1, { bias: layer.bias });
      break;
    case 'batch-norm':
      network.batchNorm(name, { epsilon: layer.epsilon, momentum: layer.momentum });
      break;
    case 'max-pool':
      network.maxPool(name, layer.size, { stride: layer.stride ?? layer.size, padding: layer.padding });
      break;
    case 'average-pool':
      network.averagePool(name, layer.size, { stride: layer.stride ?? layer.size, padding: layer.padding });
      break;
    case 'global-average-pool':
      network.globalAveragePool(name);
      break;
    case 'flatten':
      network.flatten(name);
      break;
    case 'dropout':
      network.dropout(name, layer.rate);
      break;
    case 'squeeze-excite':
      appendSqueezeExcite(network, name, Math.max(1, Math.floor(network.channels / layer.reduction)));
      break;
    default:
      network.activation(name, layer.layer);
  }
}

function windowOf(layer: { stride: number; padding: number | null; dilation: number; bias: boolean }) {
  const { stride, padding, dilation, bias } = layer;
  return { stride, dilation, bias, ...(padding === null ? {} : { padding }) };
}

function appendResidual(
  network: NetworkBuilder,
  name: string,
  { layers, shortcut }: ResidualLayer,
  key: Key,
  classes: number,
): void {
  const input = network.cursor;
  const before = network.spatial;
  appendListed(network, layers, { prefix: `${name}.`, key: [...key, 'layers'], classes });
  const branch = network.cursor;
  const { channels, spatial } = network;
  network.from(input);
  if (shortcut !== 'identity') {
    const stride = before && spatial && strideBetween(before, spatial);
    if (!stride)
      throw new ModelError(
        [...key, 'shortcut'],
        `no stride of the shortcut leads from ${placesText(before)} to ${placesText(spatial)}: let the layers of the block keep rows and columns, and subsample both alike`,
      );
    if (shortcut === 'zero-padding') network.shortcut(`${name}.shortcut`, channels, stride);
    else network.conv(`${name}.shortcut.conv`, channels, 1, { stride }).batchNorm(`${name}.shortcut.norm`);
  }
  const past = network.cursor;
  network.from(branch).add(`${name}.add`, past);
}

/** The stride that takes a map to the size of another; null where none does. */
function strideBetween(before: readonly number[], after: readonly number[]): number | null {
  const fits = (stride: number): boolean =>
    before.every((length, axis) => Math.floor((length - 1) / stride) + 1 === after[axis]);
  for (let stride = 1; stride <= Math.max(...before); stride++) if (fits(stride)) return stride;
  return null;
}

function placesText(spatial: readonly number[] | null): string {
  return spatial ? `${spatial.join(' × ')} places` : 'a flat activation';
}
