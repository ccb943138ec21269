import type * as z from 'zod';
import type { Components } from '../../trainer/component.ts';
import type { PlannedRun } from '../../../common/run-specification.ts';
import { settleMasks } from './arm-masks.ts';
import { MAXIMUM_RUNS, readArms } from './arms.ts';
import { readDocument } from './document.ts';
import type { Arm, StudyRules } from './rules.ts';
import type { StudyProblem } from './first-problems.ts';
import { isSettings, MergedSettings } from './merge.ts';
import { runsOfArms } from './runs-of-arms.ts';
import { firstProblems } from './first-problems.ts';
import { ProblemList } from './problem-list.ts';
import { findings } from './problems.ts';
import { settingsSchema, studySchema } from './schema.ts';
import { withTrunks } from './trunks.ts';

/** A study's heading and execution settings; what its runs compute is in their specifications. */
export interface Study {
  study: string;
  title: string;
  description: string;
  seeds: number[];
  /** Names, in the file's order. */
  arms: string[];
  /** Epochs between checkpoints, null by the network's size: of the study's execution, not of a run's identity. */
  checkpoints: { every: number | null };
  /** Its runs are trained before those of lower priority. */
  priority: number;
}

export interface StudyReading {
  /** Null when there are problems; there are then no runs. */
  study: Study | null;
  /** For each seed every arm, each pruned run after its controls. */
  runs: PlannedRun[];
  /** The first in the order of the file, and whether there may be more. */
  problems: StudyProblem[];
}

/** From the text of a study file to its runs, or to the first that is wrong with it. Never throws for a bad file. */
export function readStudy(text: string, components: Components, rules: StudyRules): StudyReading {
  const { study, arms, problems } = readStudyArms(text, components, rules);
  if (!study) return { study, runs: [], problems };
  const runs = withTrunks(runsOfArms(arms, study.seeds, { components, rules }), { components, rules });
  return { study, runs, problems };
}

/** The same as far as the arms, without the runs that they make. */
export function readStudyArms(
  text: string,
  components: Components,
  rules: Omit<StudyRules, 'sharedEpochs'>,
): Omit<StudyReading, 'runs'> & { arms: readonly Arm[] } {
  const document = readDocument(text);
  if (document.problems.length > 0) return refused(document.problems);
  const { value } = document;
  if (!isSettings(value)) {
    const message =
      value === null ? 'the file is empty' : 'a study is a mapping with the keys study, seeds and arms';
    return refused([{ line: 1, column: 1, key: '', message }]);
  }

  const problems = new ProblemList(document);
  const schema = settingsSchema(components);
  const home = (key: string): string[] => (Object.hasOwn(schema.shape, key) ? ['shared'] : []);
  for (const finding of findings(studySchema, value, home)) problems.add(finding, finding.path);
  const heading = studySchema.safeParse(value);

  if (isSettings(value['shared'])) checkShared(value['shared'], schema, problems);
  const arms = readArms(value, { schema, rules, problems });
  const steps = problems.all.length > 0 ? 0 : stepControls(arms, rules);
  if (heading.success && (arms.length + steps) * heading.data.seeds.length > MAXIMUM_RUNS)
    problems.add(
      {
        message: `${arms.length} arms${steps > 0 ? ` and ${steps} controls of their steps` : ''} with ${heading.data.seeds.length} seeds each are more than ${MAXIMUM_RUNS} runs; split the study`,
        missing: false,
        atKey: true,
      },
      ['seeds'],
    );
  if (!heading.success || problems.all.length > 0) return refused(problems.all);
  const settled = settleMasks(arms, { rules, problems, seeds: heading.data.seeds });
  if (problems.all.length > 0) return refused(problems.all);

  const { study, title, description, seeds, checkpoints, priority } = heading.data;
  return {
    study: {
      study,
      title: title ?? study,
      description,
      seeds,
      arms: arms.map(({ name }) => name),
      checkpoints,
      priority,
    },
    arms: settled,
    problems: [],
  };
}

/** Runs that `every-step` adds for each seed, beside the dense controls. */
function stepControls(arms: readonly Arm[], rules: Pick<StudyRules, 'prunings'>): number {
  return arms.reduce(
    (sum, { controls, specification }) =>
      sum + (controls.previousMask === 'every' ? Math.max(0, rules.prunings(specification) - 1) : 0),
    0,
  );
}

function refused(problems: readonly StudyProblem[]): ReturnType<typeof readStudyArms> {
  return { study: null, arms: [], problems: firstProblems(problems) };
}

/** Shared settings need not be whole, since arms may complete them; what they do hold must be right even where every arm replaces it. */
function checkShared(shared: Record<string, unknown>, schema: z.ZodType, problems: ProblemList): void {
  const alone = new MergedSettings(['shared']).lay(shared, ['shared']);
  for (const finding of findings(schema, alone.value))
    if (!finding.missing) problems.addMerged(finding, alone);
}
