import type { StudyProblem } from '../../common/contract/schemas.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { canonicalSpecification, readStudy } from '../../common/study/index.ts';
import { runIdentity } from '../runs/identity.ts';
import { catalogue } from '../trainer/catalogue.ts';
import { branchOf } from '../trainer/branch.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { planRun } from '../trainer/plan.ts';
import { outlinesOf } from './outlines.ts';
import { stepsPerEpoch, studyRules } from './rules.ts';

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
  /** The run that trains its first epochs, and the last of them. */
  trunk: { id: string; epoch: number } | null;
  epochs: number;
}

/** A study ready to be started; plain data, so that it can change threads. */
export interface StudyPlan {
  name: string;
  title: string;
  /** Epochs between checkpoints; null leaves it to the size of the network. */
  checkpointEvery: number | null;
  /** Epochs after which a run keeps its weights for others that leave it there, by its id. */
  checkpointEpochs: Record<string, number[]>;
  /** For each seed every arm, each pruned run after its control. */
  runs: StudyRun[];
}

/** From the text of a study file to its runs with their identities, or to what is wrong with it. */
export async function planStudy(text: string): Promise<{ plan: StudyPlan | null; problems: StudyProblem[] }> {
  const outlineOf = await outlinesOf(text);
  const { study, runs, problems } = readStudy(text, catalogue, studyRules(outlineOf));
  if (!study || problems.length > 0) return { plan: null, problems };
  const identities = runs.map(({ specification, seed }) =>
    runIdentity(canonicalSpecification(specification, catalogue), seed),
  );
  const armsOf = (index: number): string[] => {
    const { arms } = runs[index]!;
    if (arms.length > 0) return arms;
    const controlled = runs.filter(({ control }) => control === index).flatMap((run) => run.arms);
    if (controlled.length > 0) return [`control of ${[...new Set(controlled)].join(', ')}`];
    const leaving = runs.filter(({ trunk }) => trunk?.run === index).flatMap((run) => run.arms);
    return [`trunk of ${[...new Set(leaving)].join(', ')}`];
  };
  // A study without problems has its data.
  const schedules = runs.map(({ specification }) => {
    const steps = stepsPerEpoch(specification, outlineOf(specification.dataset) as DatasetOutline);
    const plan = planRun(specification, steps);
    return { epochs: plan.epochs, branch: branchOf(plan, steps) };
  });
  const checkpointEpochs: Record<string, number[]> = {};
  for (const [index, { trunk }] of runs.entries()) {
    if (!trunk) continue;
    const { id } = identities[trunk.run]!;
    const rewindEpoch = schedules[index]!.branch?.rewindEpoch ?? trunk.epoch;
    checkpointEpochs[id] = [...new Set([...(checkpointEpochs[id] ?? []), trunk.epoch, rewindEpoch])];
  }
  return {
    problems,
    plan: {
      name: study.study,
      title: study.title,
      checkpointEvery: study.checkpoints.every,
      checkpointEpochs,
      runs: runs.map(({ specification, seed, arms, control, trunk }, index) => ({
        ...identities[index]!,
        seed,
        specification,
        arms: armsOf(index),
        named: arms.length > 0,
        control: control === null ? null : identities[control]!.id,
        trunk: trunk && { id: identities[trunk.run]!.id, epoch: trunk.epoch },
        epochs: schedules[index]!.epochs,
      })),
    },
  };
}
