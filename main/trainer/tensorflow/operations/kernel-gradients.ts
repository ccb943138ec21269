import type { Engine } from '../engine.ts';
import { hasWideVectors } from '../processor.ts';
import type { Convolved, KernelGradient } from './convolved.ts';
import { correlationMargins, correlationToFilter } from './correlation.ts';
import { groupedToDepthwiseFilter } from './grouped.ts';
import { patchesToDepthwiseFilter, patchesToFilter } from './patches.ts';

/** Output places of an image up to which patches are preferred. */
const FEW_PLACES = 4;
/** Output places of an image up to which, and channels and images from which on, correlation is preferred. */
const MANY_PLACES = 256;
const MANY_CHANNELS = 64;
const MANY_IMAGES = 16;

/**
 * The way to a kernel's gradient that is faster than TensorFlow's own, which has only slow ones of oneDNN for outputs smaller than the
 * kernel, and on processors without AVX-512 half the speed of a convolution forward. Null where its own is the best. Chosen by
 * shapes and the kind of processor, not by measuring: the same machine always chooses alike.
 *
 * Milliseconds of its own → of ours (2 cores, AVX2): 512 channels at 2 × 2, 64 images: 73 → 11 by patches; the same at 4 × 4:
 * 67 → 33, 256 channels at 8 × 8: 51 → 35, 128 channels at 16 × 16: 50 → 46 by correlation, which takes longer for
 * fewer channels or more places.
 */
export function kernelGradientOf(engine: Engine, convolved: Convolved): KernelGradient | null {
  const { images, filter, output, groups } = convolved;
  if (!onOneDnn(engine) || !hasWindow(convolved) || groups > 1) return null;
  if (hasFewPlaces(convolved)) return patchesToFilter;
  const large =
    Math.min(filter[2], filter[3]) >= MANY_CHANNELS &&
    images[0]! >= MANY_IMAGES &&
    output[0] * output[1] <= MANY_PLACES;
  const readToTheEnd = correlationMargins(convolved).every(([, after]) => after >= 0);
  return large && readToTheEnd && !hasWideVectors() ? correlationToFilter : null;
}

/**
 * The same of a depthwise convolution (1024 channels at 2 × 2, 64 images: 23 → 4 ms). On a GPU TensorFlow's own adds atomically,
 * in no fixed order, and is refused where ops are to be deterministic; as the gradient of a grouped convolution it is cuDNN's.
 */
export function depthwiseKernelGradientOf(engine: Engine, convolved: Convolved): KernelGradient | null {
  if (engine.device.type === 'GPU') return groupedToDepthwiseFilter;
  const plain = convolved.filter[3] === 1 && convolved.placement.padding !== 'EXPLICIT';
  return onOneDnn(engine) && plain && hasWindow(convolved) && hasFewPlaces(convolved)
    ? patchesToDepthwiseFilter
    : null;
}

/** Whether the engine convolves by oneDNN, for which these rules were found. */
export function onOneDnn(engine: Engine): boolean {
  return engine.device.type === 'CPU' && engine.precision === 'float32' && process.arch === 'x64';
}

const hasWindow = ({ filter: [rows, columns] }: Convolved): boolean => rows * columns > 1;
const hasFewPlaces = ({ output: [height, width] }: Convolved): boolean => height * width <= FEW_PLACES;
