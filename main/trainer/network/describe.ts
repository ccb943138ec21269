import { sizeOf, type NetworkDescription } from '../../../common/network.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { augmentedShape } from '../augmentation/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import type { ModelInput } from './model.ts';
import { models } from './registry.ts';

type Chosen = Pick<RunSpecification, 'model' | 'augmentation'>;

/** The network that a model makes of images of a shape, for everything that does not depend on the pixels' range. */
export function describeModel(
  { model, augmentation }: Chosen,
  { imageShape, classes }: Pick<ModelInput, 'imageShape' | 'classes'>,
): NetworkDescription {
  const shape = [...augmentedShape(augmentation, imageShape)] as [number, number, number];
  return models.open(model).describe({ imageShape: shape, classes, minimum: 0, maximum: 1 });
}

/** The network that a model makes of a data set. */
export function describeNetwork(
  { model, augmentation }: Chosen,
  {
    imageShape,
    classes,
    mean,
    standardDeviation,
  }: Pick<Dataset, 'imageShape' | 'classes' | 'mean' | 'standardDeviation'>,
): NetworkDescription {
  const normalised = (byte: number): number[] =>
    mean.map((value, channel) => (byte / 255 - value) / standardDeviation[channel]!);
  return models.open(model).describe({
    imageShape: [...augmentedShape(augmentation, imageShape)] as [number, number, number],
    classes,
    minimum: Math.min(...normalised(0)),
    maximum: Math.max(...normalised(255)),
  });
}

/** Number of parameters, running statistics included. */
export function parameterCount({ parameters }: Pick<NetworkDescription, 'parameters'>): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
