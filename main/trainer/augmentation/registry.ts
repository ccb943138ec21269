import { createRegistry } from '../registry.ts';
import { colourJitter } from './colour-jitter.ts';
import { cutout } from './cutout.ts';
import { horizontalFlip } from './horizontal-flip.ts';
import { randomCrop } from './random-crop.ts';
import { randomResizedCrop } from './random-resized-crop.ts';

export const augmentations = createRegistry('augmentation', [
  randomCrop,
  horizontalFlip,
  randomResizedCrop,
  colourJitter,
  cutout,
]);
