import { CascadeError, messageOf } from '../../common/errors.ts';
import { KERNEL_KINDS, type NetworkDescription } from '../../common/network.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import type { RuleProblem, StudyRules } from './language/index.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { branchOf } from '../trainer/branch.ts';
import { pinWeights, weightsRefusal } from '../trainer/network/pretrained.ts';
import { ModelError } from '../trainer/network/model.ts';
import {
  retrainingContext,
  roundSparsities,
  scheduleContext,
  type TrainingPlan,
} from '../trainer/training-plan.ts';
import { pinMasks } from '../trainer/pruning/criteria/given-masks.ts';
import { criteria } from '../trainer/pruning/criteria/registry.ts';
import { refusals } from '../trainer/pruning/refusals.ts';
import { schedules } from '../trainer/pruning/schedules/registry.ts';
import { retrainings } from '../trainer/retraining/registry.ts';
import type { NamedRun } from '../workspace/messages.ts';
import type { DataPin } from './changed-data.ts';
import { KnownTrainingPlans } from './known-training-plans.ts';
import { maskRules } from './mask-rules.ts';
import { stepsPerEpoch, type OutlineOf } from './outlines.ts';

/**
 * What the shape of a study file cannot say: whether its parts go together, with its data, and with the runs of the
 * workspace that it names.
 */
export function studyRules(
  outlineOf: OutlineOf,
  runs: readonly NamedRun[] = [],
  pins: readonly DataPin[] = [],
  plans = new KnownTrainingPlans(),
): StudyRules {
  const pinned = new Map(pins.map(({ dataset, hash }) => [JSON.stringify(dataset), hash]));
  return {
    settleMasks: maskRules(outlineOf, runs),
    check(specification) {
      const outline = outlineOf(specification.dataset);
      if (outline instanceof CascadeError) return [{ key: ['dataset'], message: outline.message }];
      return [...timingProblems(specification, outline), ...networkProblems(specification, outline, plans)];
    },
    prunings(specification) {
      const outline = outlineOf(specification.dataset);
      if (outline instanceof CascadeError) return 0;
      return plans.planOf(specification, outline).prunings.length;
    },
    sharedEpochs(specification, prunings) {
      const outline = outlineOf(specification.dataset);
      if (outline instanceof CascadeError) return 0;
      const steps = stepsPerEpoch(specification, outline);
      return branchOf(plans.planOf(specification, outline), steps, prunings)?.epoch ?? 0;
    },
    derive(specification) {
      const outline = outlineOf(specification.dataset);
      if (outline instanceof CascadeError) return {};
      const rounds = Math.max(1, roundSparsities(specification).length);
      const plan = plans.planOf(
        rounds === specification.rounds ? specification : { ...specification, rounds },
        outline,
      );
      return {
        referenceEpoch: firstPruningEpoch(plan) ?? 0,
        rounds,
        dataHash: pinned.get(JSON.stringify(specification.dataset)) ?? null,
        model: pinWeights(specification.model),
        pruning: specification.pruning && pinMasks(specification.pruning),
      };
    },
  };
}

/** The epoch whose record is the last before anything is pruned; null when nothing is. */
function firstPruningEpoch({ prunings: [first] }: TrainingPlan): number | null {
  if (!first) return null;
  return first.step === null ? first.epoch : first.epoch - 1;
}

function timingProblems(specification: RunSpecification, outline: DatasetOutline): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const { pruning, retraining } = specification;
  const steps = stepsPerEpoch(specification, outline);
  const context = retrainingContext(specification, steps);
  const kind = retrainings.open(retraining);
  const refused = kind.refusal(context);
  if (refused) problems.push({ key: ['retraining'], message: refused });
  if (!pruning) return problems;
  const schedule = schedules.open(pruning.schedule);
  const never = schedule.refusal(scheduleContext(specification, steps));
  if (never) problems.push({ key: ['pruning', 'schedule'], message: never });
  if (problems.length > 0) return problems;
  if (schedule.rounds && kind.steps(context) === 0)
    problems.push({
      key: ['retraining'],
      message: `the schedule '${schedule.name}' retrains after every round: name a retraining, such as fine-tune or weight-rewinding`,
    });
  const early = schedule
    .steps(scheduleContext(specification, steps))
    .some(({ step }) => step < context.steps);
  if (early && kind.start !== 'continue')
    problems.push({
      key: ['retraining'],
      message: `${kind.name} begins again after the training: prune at its end (one-shot after epoch ${specification.epochs}, or iterative), not in its course`,
    });
  return problems;
}

function networkProblems(
  specification: RunSpecification,
  outline: DatasetOutline,
  plans: KnownTrainingPlans,
): RuleProblem[] {
  const { pruning, model } = specification;
  const problems: RuleProblem[] = [];
  let network: NetworkDescription;
  try {
    network = plans.networkOf(specification, outline);
  } catch (error) {
    if (error instanceof CascadeError && error.code === 'AUGMENTATION_UNFIT')
      return [{ key: ['augmentation'], message: error.message }];
    const place = error instanceof ModelError ? error.key : [];
    return [{ key: ['model', ...place], message: messageOf(error) }];
  }
  const unfit = weightsRefusal(model, network);
  if (unfit) return [{ key: ['model', 'weights'], message: unfit }];
  if (!pruning) return [];
  const { layers } = network;
  const known = layers.map(({ name }) => name);
  for (const part of ['names', 'except'] as const)
    for (const name of pruning.layers[part])
      if (!known.includes(name))
        problems.push({
          key: ['pruning', 'layers', part],
          message: `the network ${model.name} has no layer '${name}'; it has ${known.join(', ')}`,
        });
  for (const kind of pruning.layers.kinds)
    if (!layers.some((layer) => layer.kind === kind))
      problems.push({
        key: ['pruning', 'layers', 'kinds'],
        message: `the network ${model.name} has no ${kind} layer; its layers are of the kinds ${[...new Set(layers.map((layer) => layer.kind))].join(', ')} (of ${KERNEL_KINDS.join(', ')})`,
      });
  if (problems.length > 0) return problems;
  const { prunings } = plans.planOf(specification, outline);
  const { untrained } = criteria.find(pruning.criterion.name);
  if (untrained && prunings[0]?.epoch === 0 && typeof model['weights'] !== 'string')
    problems.push({ key: ['pruning', 'schedule'], message: untrained });
  const count = Math.max(prunings.length, roundSparsities(specification).length);
  return [...problems, ...refusals(pruning, network, count)];
}
