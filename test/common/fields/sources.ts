import { Specifications, encodeSpecifications } from '../../../common/codec/specifications.ts';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import type { FieldSource } from '../../../common/fields/field.ts';
import { flatSpecification, type FlatValue } from '../../../common/fields/flat-specification.ts';
import { completeSpecification, type StoredSpecification } from '../../../common/run-specification.ts';

/** Hand-made runs for queries and groups. */

const STORED: StoredSpecification = {
  dataset: { name: 'mnist', train: 1000 },
  model: { name: 'lenet-300-100' },
  batchSize: 16,
  epochs: 4,
  optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 5e-4 },
  learningRate: { name: 'constant', rate: 0.05 },
  thresholds: [{ absolute: 1e-3 }, { absolute: 1e-4 }],
  referenceEpoch: 1,
  pruning: null,
};

interface Made extends Partial<RunSummary> {
  study?: string;
  arm?: string;
  criterion?: string | null;
  sparsity?: number;
  weightDecay?: number;
  shed?: Record<string, number>;
  pruned?: number;
}

let made = 0;

export function sourcesOf(runs: readonly Made[]): { sources: FieldSource[]; catalogue: FieldCatalogue } {
  const flat: [string, ReadonlyMap<string, FlatValue>][] = [];
  const summaries = runs.map((given): RunSummary => {
    const {
      study = 'tiny',
      arm = 'arm',
      criterion = null,
      sparsity = 0.9,
      weightDecay = 5e-4,
      ...rest
    } = given;
    const { shed = {}, pruned = 0, ...facts } = rest;
    made += 1;
    const hash = facts.hash ?? made.toString(16).padStart(12, 'a');
    const seed = facts.seed ?? 0;
    flat.push([
      hash,
      flatSpecification(
        completeSpecification({
          ...STORED,
          optimizer: { ...STORED.optimizer, weightDecay },
          pruning:
            criterion === null
              ? null
              : {
                  criterion: { name: criterion },
                  granularity: { name: 'weight' },
                  distribution: { name: 'global' },
                  schedule: { name: 'one-shot', epoch: 1 },
                  layers: { kinds: [], names: [], except: [] },
                  sparsity,
                },
        }),
      ),
    ]);
    return {
      id: `${hash}-s${seed}`,
      hash,
      seed,
      memberships: [{ study, arm, place: 0 }],
      state: 'finished',
      reason: null,
      control: null,
      previousMask: null,
      trunk: null,
      masks: null,
      priority: 0,
      prunes: criterion !== null,
      createdAt: Date.parse('2026-11-27T10:00:00'),
      startedAt: null,
      endedAt: null,
      epochsDone: 4,
      epochsTotal: 4,
      progress: null,
      testAccuracy: 0.9,
      validationAccuracy: null,
      states: { pruned, shed, inertAtLeast: 0, zero: pruned },
      excess: null,
      excessEpoch: null,
      model: 'lenet-300-100',
      optimizer: 'sgd',
      criterion,
      data: null,
      dataPinned: false,
      tags: [],
      note: null,
      starred: false,
      binnedAt: null,
      ...facts,
    };
  });
  const specifications = new Specifications();
  specifications.add(encodeSpecifications(flat));
  return {
    sources: summaries.map((run) => ({ run, setting: (key) => specifications.setting(run.hash, key) })),
    catalogue: new FieldCatalogue(specifications.settings()),
  };
}
