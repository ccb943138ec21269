import {
  completeSpecification,
  type NamedOptions,
  type PruningSpecification,
  type RunSpecification,
} from '../../../common/run-specification.ts';

/** Makes specifications of runs of a model: five epochs, pruned by half after the second unless something else is said. */
export function specificationsOf(model: NamedOptions) {
  return (
    pruning: Partial<PruningSpecification> | null,
    change: Partial<RunSpecification> = {},
  ): RunSpecification =>
    completeSpecification({
      dataset: { name: 'mnist' },
      model,
      batchSize: 32,
      epochs: 5,
      optimizer: { name: 'sgd' },
      learningRate: { name: 'constant', rate: 0.1 },
      pruning: pruning && {
        criterion: { name: 'magnitude' },
        granularity: { name: 'weight' },
        distribution: { name: 'global' },
        schedule: { name: 'one-shot', epoch: 2 },
        layers: { kinds: [], names: [], except: [] },
        sparsity: 0.5,
        ...pruning,
      },
      retraining: { name: 'none' },
      thresholds: [],
      referenceEpoch: 2,
      ...change,
    });
}

/** A pruning of some layers. */
export const layers = (change: Partial<PruningSpecification['layers']>): Partial<PruningSpecification> => ({
  layers: { kinds: [], names: [], except: [], ...change },
});
