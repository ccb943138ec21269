import {
  completeSpecification,
  type NamedOptions,
  type RunSpecification,
} from '../../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../../common/thresholds.ts';

/** 100 steps in two epochs, pruned between them. */
export const PARITY_BATCH = 32;
export const PARITY_STEPS_PER_EPOCH = 50;

export interface ParityCase {
  name: string;
  specification: RunSpecification;
}

const sgd = (weightDecay: number): NamedOptions => ({
  name: 'sgd',
  momentum: 0.9,
  weightDecay,
  decayBatchNorm: true,
  decayBiases: true,
});
const adam: NamedOptions = {
  name: 'adam',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 5e-4,
  decayBatchNorm: true,
  decayBiases: true,
};

function parityCase(
  name: string,
  model: NamedOptions,
  optimizer: NamedOptions,
  rate: number,
  criterion: string,
  sparsity: number,
  kinds: string[] = [],
): ParityCase {
  return {
    name,
    specification: completeSpecification({
      dataset: { name: 'mnist', validation: 5000, train: PARITY_BATCH * PARITY_STEPS_PER_EPOCH },
      model,
      batchSize: PARITY_BATCH,
      epochs: 2,
      optimizer,
      learningRate: { name: 'steps', rate, milestones: [1], factor: 0.5 },
      pruning: {
        criterion: { name: criterion },
        granularity: { name: 'weight' },
        distribution: { name: 'global' },
        schedule: { name: 'one-shot', epoch: 1 },
        layers: { kinds, names: [], except: [] },
        sparsity,
      },
      retraining: { name: 'none' },
      thresholds: [...DEFAULT_THRESHOLDS],
      referenceEpoch: 1,
    }),
  };
}

const vgg: NamedOptions = { name: 'conv-bn-relu', widths: [8, 16, 16], strides: [1, 2, 2] };
const mobile: NamedOptions = { name: 'depthwise-separable', stem: 8, widths: [16, 16], strides: [1, 2] };
const lenet: NamedOptions = { name: 'lenet-300-100' };

export const parityCases: readonly ParityCase[] = [
  parityCase('lenet-sgd', lenet, sgd(5e-4), 0.05, 'magnitude', 0.8),
  parityCase('lenet-adam', lenet, adam, 1e-3, 'magnitude', 0.8),
  parityCase('conv-sgd', vgg, sgd(1e-3), 0.05, 'magnitude', 0.7),
  parityCase('conv-adam', vgg, adam, 1e-3, 'random', 0.5),
  parityCase('depthwise-sgd', mobile, sgd(1e-3), 0.05, 'random', 0.9, ['depthwise']),
  parityCase('depthwise-adam', mobile, adam, 1e-3, 'magnitude', 0.5),
];
