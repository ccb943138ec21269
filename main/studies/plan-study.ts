import type { StudyProblem } from '../../common/contract/schemas.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { canonicalSpecification, readStudy } from '../../common/study/index.ts';
import { runIdentity } from '../runs/identity.ts';
import { catalogue } from '../trainer/catalogue.ts';
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
  epochs: number;
}

/** A study ready to be started; plain data, so that it can change threads. */
export interface StudyPlan {
  name: string;
  title: string;
  /** Epochs between checkpoints; null leaves it to the size of the network. */
  checkpointEvery: number | null;
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
    return [`control of ${[...new Set(controlled)].join(', ')}`];
  };
  return {
    problems,
    plan: {
      name: study.study,
      title: study.title,
      checkpointEvery: study.checkpoints.every,
      runs: runs.map(({ specification, seed, arms, control }, index) => ({
        ...identities[index]!,
        seed,
        specification,
        arms: armsOf(index),
        named: arms.length > 0,
        control: control === null ? null : identities[control]!.id,
        // A study without problems has its data.
        epochs: planRun(
          specification,
          stepsPerEpoch(specification, outlineOf(specification.dataset) as DatasetOutline),
        ).epochs,
      })),
    },
  };
}
