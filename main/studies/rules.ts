import type { RunSpecification } from '../../common/run-specification.ts';
import { models } from '../trainer/network/registry.ts';
import { selectLayers } from '../trainer/pruning/layer-selection.ts';
import { schedules } from '../trainer/pruning/schedules/registry.ts';
import { retrainings } from '../trainer/retraining/registry.ts';
import { KERNEL_KINDS, type PrunableLayer } from '../../common/network.ts';

/** What the shape of a study file can not say: whether its parts go together. */
export interface RuleProblem {
  /** Where in the run's specification. */
  key: (string | number)[];
  message: string;
}

/** First epoch after which a specification prunes; null when it prunes nothing. */
export function firstPruningEpoch({ pruning }: RunSpecification): number | null {
  if (!pruning) return null;
  const steps = schedules.find(pruning.schedule.name).steps(pruning.schedule);
  return Math.min(...steps.map(({ epoch }) => epoch));
}

/** Why a combination does not make sense, each with the key to change. */
export function checkSpecification(specification: RunSpecification): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const { pruning, retraining, epochs } = specification;
  const rewinding = retrainings.find(retraining.name).refusal(retraining, epochs);
  if (rewinding) problems.push({ key: ['retraining'], message: rewinding });
  if (!pruning) return problems;
  const schedule = schedules.find(pruning.schedule.name).refusal(pruning.schedule, epochs);
  if (schedule) problems.push({ key: ['pruning', 'schedule'], message: schedule });

  const layers = layersOf(specification);
  const known = layers.map(({ name }) => name);
  for (const part of ['names', 'except'] as const)
    for (const name of pruning.layers[part])
      if (!known.includes(name))
        problems.push({
          key: ['pruning', 'layers', part],
          message: `the network ${specification.model.name} has no layer '${name}'; it has ${known.join(', ')}`,
        });
  for (const kind of pruning.layers.kinds)
    if (!layers.some((layer) => layer.kind === kind))
      problems.push({
        key: ['pruning', 'layers', 'kinds'],
        message: `the network ${specification.model.name} has no ${kind} layer; its layers are of the kinds ${[...new Set(layers.map((layer) => layer.kind))].join(', ')} (of ${KERNEL_KINDS.join(', ')})`,
      });
  if (problems.length === 0 && selectLayers(layers, pruning.layers).length === 0)
    problems.push({ key: ['pruning', 'layers'], message: 'the choice leaves no layer to prune' });
  return problems;
}

/** The prunable layers' names and kinds depend on the model's options alone, not on the data. */
function layersOf(specification: RunSpecification): PrunableLayer[] {
  return models
    .find(specification.model.name)
    .describe(specification.model, { imageShape: [28, 28, 1], classes: 10, minimum: 0, maximum: 1 }).layers;
}
