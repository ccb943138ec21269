import { AVERAGE_SLOT } from '../../codec/average-slot.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { Compilation } from '../../../common/records.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { generator } from '../random.ts';
import { losses } from '../loss/registry.ts';
import type { Loss } from '../loss/loss.ts';
import { averagings } from '../optimization/averaging/registry.ts';
import type { Optimizer } from '../optimization/optimizers/optimizer.ts';
import type { Opened } from '../registry.ts';
import type { Engine } from '../tensorflow/engine.ts';
import type { Standardization } from '../tensorflow/operations/index.ts';

/** What a training step does, whatever its batch size. The fields that may be left out change nothing unless given. */
export interface StepDesign {
  engine: Engine;
  network: NetworkDescription;
  optimizer: Opened<Optimizer>;
  standardization: Standardization;
  /** Of the run: with the number of the step it decides all that is random in the step. */
  seed?: number;
  /** What is done to the images of a batch, in this order. */
  augmentation?: readonly NamedOptions[];
  /** Plain cross-entropy unless given. */
  loss?: NamedOptions;
  gradientClipping?: NamedOptions | null;
  /** Of the weights. */
  averaging?: NamedOptions | null;
  compile?: Compilation | null;
}

const PLAIN_LOSS: NamedOptions = { name: 'cross-entropy' };

export function lossOf({ loss = PLAIN_LOSS }: Pick<StepDesign, 'loss'>): Opened<Loss> {
  return losses.open(loss);
}

/** State tensors of every trained parameter. */
export function stateSlots({ optimizer, averaging }: Pick<StepDesign, 'optimizer' | 'averaging'>): string[] {
  return averaging ? [...optimizer.slots, AVERAGE_SLOT] : [...optimizer.slots];
}

/** Numbers that the update of a step needs and that change from step to step; `step` counts from 1 over the whole run. */
export function updateScalars(
  { optimizer, averaging }: Pick<StepDesign, 'optimizer' | 'averaging'>,
  rate: number,
  step: number,
): { optimizerScalars: number[]; averagingScalars: number[] } {
  return {
    optimizerScalars: optimizer.scalars(rate, step),
    averagingScalars: averaging ? averagings.open(averaging).scalars(step) : [],
  };
}

/** Whether the graph of a step draws random numbers, and so needs a seed for each step. */
export function drawsInGraph({ network, augmentation = [] }: StepDesign): boolean {
  return augmentation.length > 0 || network.nodes.some(({ operation }) => operation === 'dropout');
}

/** The seed of a step's random numbers on the device, two words, by the run's seed and the step's number alone. */
export function stepSeed(seed: number, step: number): Int32Array<ArrayBuffer> {
  const random = generator(seed, 'training step', step);
  return Int32Array.of(random.next(), random.next());
}
