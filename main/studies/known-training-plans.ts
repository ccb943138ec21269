import type { NetworkDescription } from '../../common/network.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { describeModel } from '../trainer/network/describe.ts';
import { planTraining, type TrainingPlan } from '../trainer/training-plan.ts';
import { stepsPerEpoch } from './outlines.ts';

/**
 * Plans and networks of the runs of one study, each made once: its rules ask for them again and again, and thousands of
 * runs may share a network. To be thrown away with the study's plan.
 */
export class KnownTrainingPlans {
  readonly #plans = new WeakMap<RunSpecification, TrainingPlan>();
  readonly #networks = new Map<string, NetworkDescription>();

  /** @param outline of the specification's data */
  planOf(specification: RunSpecification, outline: DatasetOutline): TrainingPlan {
    let plan = this.#plans.get(specification);
    if (!plan) {
      plan = planTraining(specification, stepsPerEpoch(specification, outline));
      this.#plans.set(specification, plan);
    }
    return plan;
  }

  /** @throws what `describeModel` throws */
  networkOf({ model, augmentation, dataset }: RunSpecification, outline: DatasetOutline): NetworkDescription {
    const key = JSON.stringify([model, augmentation, dataset]);
    let network = this.#networks.get(key);
    if (!network) {
      network = describeModel({ model, augmentation }, outline);
      this.#networks.set(key, network);
    }
    return network;
  }
}
