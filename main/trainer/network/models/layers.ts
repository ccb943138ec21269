import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel, ModelError } from '../model.ts';
import { appendListed } from './listed/append.ts';
import { listedLayers } from './listed/options.ts';
import { startingWeights } from './options.ts';

const options = z.strictObject({
  name: z.literal('layers'),
  layers: listedLayers.describe('The layers in order; the last makes one number for each class.'),
  ...startingWeights,
});

/** A network of one's own: a list of layers, in which residual blocks hold lists again. */
export const layers = defineModel({
  name: 'layers',
  title: 'A network of one’s own, as a list of layers',
  source: 'the study that lists them',
  usualInput: null,
  options,
  describe({ layers: listed }, { imageShape, classes, ...range }) {
    const network = new NetworkBuilder('layers', imageShape, classes, range);
    appendListed(network, listed, { prefix: '', key: ['layers'], classes });
    const { spatial, channels } = network;
    if (spatial || channels !== classes)
      throw new ModelError(
        ['layers', listed.length - 1],
        `the network ends with ${spatial ? `${spatial.join(' × ')} places of ` : ''}${channels} channels, and there are ` +
          `${classes} classes: end it with a dense layer without units`,
      );
    return network.build();
  },
});
