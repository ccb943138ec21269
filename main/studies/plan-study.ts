import type { StudyProblem } from '../../common/contract/schemas.ts';
import { maskSourceOf, type MaskSource } from '../base/mask-source.ts';
import type { NetworkDescription } from '../../common/network.ts';
import type { PlannedRun, RunSpecification } from '../../common/run-specification.ts';
import { canonicalSpecification, readStudy } from './language/index.ts';
import { runIdentity } from '../runs/run-identity.ts';
import { components } from '../trainer/components.ts';
import { branchOf } from '../trainer/branch.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { checkpointInterval } from '../trainer/checkpoint-interval.ts';
import { parameterCount } from '../trainer/network/describe.ts';
import { optimizers } from '../trainer/optimization/optimizers/registry.ts';
import type { NamedRun } from '../workspace/messages.ts';
import type { DataPin } from './changed-data.ts';
import { KnownTrainingPlans } from './known-training-plans.ts';
import { outlinesOf, stepsPerEpoch } from './outlines.ts';
import { studyRules } from './rules.ts';
import { namesIn, type StudyNames } from './study-names.ts';
import { studyWarnings } from './warnings.ts';

/** A run that a study asks for, with its identity. */
export interface StudyRun {
  id: string;
  hash: string;
  seed: number;
  specification: RunSpecification;
  /** Arms that asked for it; for a control that none named, one that is called after the arms it controls. */
  arms: string[];
  /** Whether an arm named it. */
  named: boolean;
  control: string | null;
  /** The control in which the mask before the last pruning is kept. */
  previousMask: string | null;
  /** The run that trains its first epochs, the last of them, and the one whose weights it rewinds to later. */
  trunk: { id: string; epoch: number; rewindEpoch: number | null } | null;
  /** The run that it takes its masks from, and the epoch after which; null for one that chooses its own. */
  masks: MaskSource | null;
  epochs: number;
  /** Optimizer steps of a whole epoch, and the epochs at whose end, or in whose course, weights are pruned. */
  stepsPerEpoch: number;
  pruningEpochs: number[];
  size: RunSize;
}

/** What a run's time and room go by. */
export interface RunSize {
  /** Prunable weights, all parameters, and multiply-accumulates for one image. */
  weights: number;
  parameters: number;
  macs: number;
  /** Training images. */
  images: number;
  /** State tensors that the optimizer keeps of a parameter. */
  slots: number;
  /** Epochs between checkpoints unless the study says otherwise. */
  checkpointEvery: number;
}

/** A study ready to be started; plain data, so that it can change threads. */
export interface StudyPlan {
  name: string;
  title: string;
  /** Epochs between checkpoints; null leaves it to the size of the network. */
  checkpointEvery: number | null;
  /** Studies of higher priority are trained first. */
  priority: number;
  /** What may well be meant otherwise, a sentence each. */
  warnings: string[];
  /** For each seed every arm, each pruned run after its controls. */
  runs: StudyRun[];
}

/**
 * From the text of a study file to its runs with their identities, or to what is wrong with it.
 *
 * @param names what it names
 * @param named runs of the workspace that it takes masks from: all whose ids begin as one of the names does
 * @param pins data whose content is part of what its runs are
 */
export async function planStudy(
  text: string,
  names: StudyNames = namesIn(text),
  named: readonly NamedRun[] = [],
  pins: readonly DataPin[] = [],
): Promise<{ plan: StudyPlan | null; problems: StudyProblem[] }> {
  const outlineOf = await outlinesOf([
    ...names.datasets,
    ...named.map(({ specification }) => specification.dataset),
  ]);
  const known = new KnownTrainingPlans();
  const { study, runs, problems } = readStudy(text, components, studyRules(outlineOf, named, pins, known));
  if (!study || problems.length > 0) return { plan: null, problems };
  const identities = runs.map(({ specification, seed }) =>
    runIdentity(canonicalSpecification(specification, components), seed),
  );
  const controls = controlledArms(runs);
  const armsOf = (index: number): string[] => {
    const { arms } = runs[index]!;
    if (arms.length > 0) return arms;
    const controlled = controls[index]!;
    if (controlled.length > 0)
      return [`control of ${controlled.join(', ')}${omissionText(runs[index]!.specification)}`];
    const leaving = runs.filter(({ trunk }) => trunk?.run === index).flatMap((run) => run.arms);
    return [`trunk of ${[...new Set(leaving)].join(', ')}`];
  };
  // A study without problems has its data.
  const schedules = runs.map(({ specification }) => {
    const outline = outlineOf(specification.dataset) as DatasetOutline;
    const steps = stepsPerEpoch(specification, outline);
    const plan = known.planOf(specification, outline);
    const network = known.networkOf(specification, outline);
    return { plan, steps, size: sizeOf(specification, outline, network) };
  });
  const rewindEpochOf = (index: number, trunk: number): number | null => {
    const { plan, steps } = schedules[index]!;
    return branchOf(plan, steps, schedules[trunk]!.plan.prunings.length)?.rewindEpoch ?? null;
  };
  return {
    problems,
    plan: {
      name: study.study,
      title: study.title,
      checkpointEvery: study.checkpoints.every,
      priority: study.priority,
      warnings: studyWarnings(
        runs.map(({ specification }, index) => ({
          arms: armsOf(index),
          plan: schedules[index]!.plan,
          stepsPerEpoch: schedules[index]!.steps,
          retraining: specification.retraining.name,
        })),
      ),
      runs: runs.map(({ specification, seed, arms, control, previousMask, trunk }, index) => ({
        ...identities[index]!,
        seed,
        specification,
        arms: armsOf(index),
        named: arms.length > 0,
        control: control === null ? null : identities[control]!.id,
        previousMask: previousMask === null ? null : identities[previousMask]!.id,
        trunk: trunk && {
          id: identities[trunk.run]!.id,
          epoch: trunk.epoch,
          rewindEpoch: rewindEpochOf(index, trunk.run),
        },
        masks: maskSourceOf(specification, seed),
        epochs: schedules[index]!.plan.epochs,
        stepsPerEpoch: schedules[index]!.steps,
        pruningEpochs: [...new Set(schedules[index]!.plan.prunings.map(({ epoch }) => epoch))],
        size: schedules[index]!.size,
      })),
    },
  };
}

/** For each run the arms that it controls, each once, also through another control of theirs. */
function controlledArms(runs: readonly PlannedRun[]): string[][] {
  const found = runs.map((): string[] => []);
  // A control stands before what it controls: from the end, what a control is for is known when its own control asks.
  for (const [index, run] of [...runs.entries()].reverse()) {
    const names = run.arms.length > 0 ? run.arms.toReversed() : found[index]!;
    for (const control of [run.control, run.previousMask])
      if (control !== null) found[control]!.push(...names);
  }
  return found.map((arms) => [...new Set(arms.toReversed())]);
}

/** What a previous-mask control leaves out of the runs that it controls. */
function omissionText({ omittedPrunings }: RunSpecification): string {
  if (omittedPrunings === 0) return '';
  return ` without ${omittedPrunings === 1 ? 'the last pruning' : `the last ${omittedPrunings} prunings`}`;
}

function sizeOf(
  specification: RunSpecification,
  outline: DatasetOutline,
  network: NetworkDescription,
): RunSize {
  const parameters = parameterCount(network);
  return {
    weights: network.layers.reduce((sum, layer) => sum + layer.weights, 0),
    parameters,
    macs: network.layers.reduce((sum, layer) => sum + layer.macs, 0),
    images: outline.train,
    slots: optimizers.find(specification.optimizer.name).slots.length,
    checkpointEvery: checkpointInterval(parameters),
  };
}
