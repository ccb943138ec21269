import type { RunState } from '../../common/contract/schemas.ts';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { maskOriginOf } from '../base/mask-source.ts';
import type { NetworkDescription, PrunableLayer } from '../../common/network.ts';
import { idsMeant, isHash, runId } from '../base/run-id.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { canonicalSpecification, type RuleProblem, type StudyRules } from './language/index.ts';
import { runIdentity } from '../runs/run-identity.ts';
import { components } from '../trainer/components.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { describeModel } from '../trainer/network/describe.ts';
import { planTraining, type TrainingPlan } from '../trainer/training-plan.ts';
import { selectLayers } from '../trainer/pruning/layer-selection.ts';
import type { NamedRun } from '../workspace/messages.ts';
import { stepsPerEpoch, type OutlineOf } from './outlines.ts';

/** A run, or one for each seed, whose masks are wanted. */
interface Source {
  /** As the specification is to name it: an id, or a hash, which means the run of the same seed. */
  run: string;
  /** As a sentence names it. */
  title: string;
  /** The option that named it. */
  key: RuleProblem['key'];
  specification: RunSpecification;
  /** Those in the workspace; none of an arm, whose runs the study itself trains. */
  known: readonly NamedRun[];
}

const CRITERION = ['pruning', 'criterion'];
const EPOCH = [...CRITERION, 'epoch'];

/** States in which nobody trains a run any more unless it is asked for. */
const ABANDONED: readonly RunState[] = ['failed', 'stopped', 'interrupted'];

/**
 * How a pruning comes by the masks of another run. All that is checked follows from that run's specification and not from
 * its masks, so that a study reads the same before and after the run has been trained.
 *
 * @param runs of the workspace, at least all whose ids begin as the study says
 */
export function maskRules(outlineOf: OutlineOf, runs: readonly NamedRun[]): StudyRules['settleMasks'] {
  return (specification, arm, seeds) => {
    const refused = (problem: RuleProblem) => ({ specification, problems: [problem] });
    const origin = maskOriginOf(specification)!;
    const source = arm ? sourceOfArm(arm) : sourceInWorkspace(origin.run!, runs, seeds);
    if ('message' in source) return refused(source);
    const outline = outlineOf(source.specification.dataset);
    if (outline instanceof CascadeError)
      return refused(problemOf(source, `the data of ${source.title} cannot be read: ${outline.message}`));
    const plan = planTraining(source.specification, stepsPerEpoch(source.specification, outline));
    const epoch = origin.epoch ?? plan.epochs;
    // A study whose own data cannot be read is refused before.
    const own = describeModel(specification, outlineOf(specification.dataset) as DatasetOutline);
    const chosen = chosenLayers(own, specification);
    const problem =
      epochProblem(source, plan, epoch) ??
      layersProblem(source, outline, chosen) ??
      sparsityProblem(source, plan, epoch, specification, chosen);
    return problem ? refused(problem) : { specification: taking(specification, source, epoch), problems: [] };
  };
}

function sourceOfArm({ name, specification }: { name: string; specification: RunSpecification }): Source {
  const { hash } = runIdentity(canonicalSpecification(specification, components), 0);
  return { run: hash, title: `the arm '${name}'`, key: [...CRITERION, 'arm'], specification, known: [] };
}

function sourceInWorkspace(
  name: string,
  runs: readonly NamedRun[],
  seeds: readonly number[],
): Source | RuleProblem {
  const key = [...CRITERION, 'run'];
  const ids = runs.map(({ id }) => id);
  const wanted = isHash(name) ? seeds.map((seed) => runId(name, seed)) : idsMeant(name, ids);
  const missing = wanted.find((id) => !ids.includes(id));
  if (wanted.length === 0 || missing !== undefined) {
    const also = missing === undefined ? '' : `, as the seed asks for: name one run by its whole id`;
    return { key, message: `there is no run ${missing ?? name} in this workspace${also}` };
  }
  if (!isHash(name) && wanted.length > 1)
    return {
      key,
      message: `${wanted.length} runs begin with ${name} (${wanted.slice(0, 5).join(', ')}): give more of the id, or the twelve digits before -s alone for the run of the same seed`,
    };
  const known = runs.filter(({ id }) => wanted.includes(id));
  const run = isHash(name) ? name : wanted[0]!;
  return { run, title: `the run ${run}`, key, specification: known[0]!.specification, known };
}

function epochProblem(source: Source, plan: TrainingPlan, epoch: number): RuleProblem | null {
  const { title, known } = source;
  if (epoch > plan.epochs)
    return { key: EPOCH, message: `never comes: ${title} has ${plan.epochs} epochs, not ${epoch}` };
  const [first] = plan.prunings;
  if (!first) return problemOf(source, `${title} prunes nothing, so it has no masks to take`);
  if (first.epoch > epoch)
    return {
      key: EPOCH,
      message: `${title} has pruned nothing after epoch ${epoch}: it first does in epoch ${first.epoch}`,
    };
  const lacking = known.find(({ state, last }) => ABANDONED.includes(state) && (last ?? -1) < epoch);
  return lacking
    ? problemOf(
        source,
        `the run ${lacking.id} is ${lacking.state} and has no epoch ${epoch} yet: resume it first, or take its masks after an epoch that it has`,
      )
    : null;
}

/** Whether the masks are of the chosen layers and of no others, and of their shapes. */
function layersProblem(
  source: Source,
  outline: DatasetOutline,
  chosen: readonly PrunableLayer[],
): RuleProblem | null {
  let network: NetworkDescription;
  try {
    network = describeModel(source.specification, outline);
  } catch (error) {
    return problemOf(source, `the network of ${source.title} cannot be made: ${messageOf(error)}`);
  }
  const differs = (what: string): RuleProblem =>
    problemOf(source, `${source.title} is of another network: ${what}`);
  for (const { name, shape } of chosen) {
    const theirs = network.layers.find((layer) => layer.name === name);
    if (!theirs) return differs(`it has no layer ${name}; its layers are ${namesOf(network.layers)}`);
    if (theirs.shape.join() !== shape.join())
      return differs(
        `its layer ${name} is of the shape [${theirs.shape.join(', ')}], and here it is [${shape.join(', ')}]`,
      );
  }
  const pruned = namesOf(chosenLayers(network, source.specification));
  if (pruned === namesOf(chosen)) return null;
  return {
    key: ['pruning', 'layers'],
    message: `${source.title} prunes the layers ${pruned}, and here it is ${namesOf(chosen)}: choose the same`,
  };
}

function sparsityProblem(
  { title }: Source,
  { prunings }: TrainingPlan,
  epoch: number,
  { pruning }: RunSpecification,
  chosen: readonly PrunableLayer[],
): RuleProblem | null {
  const planned = prunings.findLast((done) => done.epoch <= epoch)!.sparsity;
  const given = pruning!.sparsity;
  const weights = chosen.reduce((sum, layer) => sum + layer.weights, 0);
  if (Math.round(planned * weights) === Math.round(given * weights)) return null;
  return {
    key: ['pruning', 'sparsity'],
    message: `the masks of ${title} after epoch ${epoch} prune ${Number(planned.toPrecision(12))} of the chosen weights: make that the sparsity, which is ${given}`,
  };
}

function chosenLayers({ layers }: NetworkDescription, { pruning }: RunSpecification): PrunableLayer[] {
  return pruning ? selectLayers(layers, pruning.layers) : [];
}

function namesOf(layers: readonly PrunableLayer[]): string {
  return layers.map(({ name }) => name).join(', ');
}

function taking(specification: RunSpecification, { run }: Source, epoch: number): RunSpecification {
  const pruning = specification.pruning!;
  const criterion = { ...pruning.criterion, run, arm: null, epoch };
  return { ...specification, pruning: { ...pruning, criterion } };
}

function problemOf({ key }: Source, message: string): RuleProblem {
  return { key, message };
}
