import type * as z from 'zod';
import type { Catalogue } from '../catalogue.ts';
import type { PlannedRun, RunSpecification } from '../run-specification.ts';
import { readDocument, formatPath } from './document.ts';
import type { Path, StudyDocument, StudyProblem } from './document.ts';
import { isSettings, mergeSettings } from './merge.ts';
import type { MergedSettings } from './merge.ts';
import { planRuns } from './plan-runs.ts';
import { findings } from './problems.ts';
import type { Finding } from './problems.ts';
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
}

/** What only the trainer knows of a specification. */
export interface StudyRules {
  /** What follows from the settings, and has to stay the same when nothing is pruned: see RunSpecification. */
  derive(specification: RunSpecification): Pick<RunSpecification, 'referenceEpoch' | 'rounds'>;
  /** Whole epochs that it shares with the same run without pruning and retraining; 0 where it shares none. */
  sharedEpochs(specification: RunSpecification): number;
  /** Why its parts do not go together, each with the key to change. Names of layers are sorted by now: name their list, not an item. */
  check(specification: RunSpecification): { key: (string | number)[]; message: string }[];
}

export interface StudyReading {
  /** Null when there are problems; there are then no runs. */
  study: Study | null;
  /** For each seed every arm, each pruned run after its control twin. */
  runs: PlannedRun[];
  /** In the order of the file. */
  problems: StudyProblem[];
}

/** An arm whose settings are whole. */
export interface Arm {
  name: string;
  control: boolean;
  specification: RunSpecification;
}

const MAXIMUM_RUNS = 10_000;

/** From the text of a study file to its runs, or to everything that is wrong with it. Never throws for a bad file. */
export function readStudy(text: string, catalogue: Catalogue, rules: StudyRules): StudyReading {
  const document = readDocument(text);
  if (document.problems.length > 0) return refused(document.problems);
  const { value } = document;
  if (!isSettings(value)) {
    const message =
      value === null ? 'the file is empty' : 'a study is a mapping with the keys study, seeds and arms';
    return refused([{ line: 1, column: 1, key: '', message }]);
  }

  const problems = new ProblemList(document);
  const schema = settingsSchema(catalogue);
  const home = (key: string): string[] => (Object.hasOwn(schema.shape, key) ? ['shared'] : []);
  for (const finding of findings(studySchema, value, home)) problems.add(finding, finding.path);
  const heading = studySchema.safeParse(value);

  const shared = isSettings(value['shared']) ? value['shared'] : {};
  checkShared(shared, schema, problems);

  const arms: (Arm | null)[] = (Array.isArray(value['arms']) ? value['arms'] : []).map(
    (arm: unknown, index) => (isSettings(arm) ? readArm(arm, index, shared, schema, rules, problems) : null),
  );
  problems.collectMissing(arms.length);

  const whole = arms.filter((arm) => arm !== null);
  if (heading.success && whole.length * heading.data.seeds.length > MAXIMUM_RUNS)
    problems.add(
      {
        path: ['seeds'],
        message: `${whole.length} arms with ${heading.data.seeds.length} seeds each are more than ${MAXIMUM_RUNS} runs; split the study`,
        missing: false,
        atKey: true,
      },
      ['seeds'],
    );
  if (!heading.success || problems.all.length > 0) return refused(problems.all);

  const { study, title, description, seeds, checkpoints } = heading.data;
  return {
    study: {
      study,
      title: title ?? study,
      description,
      seeds,
      arms: whole.map(({ name }) => name),
      checkpoints,
    },
    runs: withTrunks(
      planRuns(whole, seeds, catalogue),
      (specification) => rules.sharedEpochs(specification),
      catalogue,
    ),
    problems: [],
  };
}

function refused(problems: readonly StudyProblem[]): StudyReading {
  const ordered = [...problems].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  return { study: null, runs: [], problems: ordered };
}

/** Shared settings need not be whole, since arms may complete them; what they do hold must be right even where every arm replaces it. */
function checkShared(shared: Record<string, unknown>, schema: z.ZodType, problems: ProblemList): void {
  const alone = mergeSettings(shared, {}, ['shared'], ['shared']);
  for (const finding of findings(schema, alone.value))
    if (!finding.missing) problems.addMerged(finding, alone);
}

function readArm(
  { name, control, ...own }: Record<string, unknown>,
  index: number,
  shared: Record<string, unknown>,
  schema: z.ZodType,
  rules: StudyRules,
  problems: ProblemList,
): Arm | null {
  const merged = mergeSettings(shared, own, ['shared'], ['arms', index]);
  const parsed = schema.safeParse(merged.value);
  if (!parsed.success) {
    for (const finding of findings(schema, merged.value)) problems.addMerged(finding, merged);
    return null;
  }
  // The catalogue's schemas, gathered at run time, describe this type no closer.
  const settings = parsed.data as Omit<RunSpecification, 'referenceEpoch' | 'rounds'>;
  const specification: RunSpecification = { ...settings, referenceEpoch: 0, rounds: 1 };
  const found = rules.check(specification);
  for (const { key, message } of found)
    problems.addMerged({ path: key, message, missing: false, atKey: false }, merged);
  return {
    name: String(name),
    control: control !== false,
    specification: found.length > 0 ? specification : { ...specification, ...rules.derive(specification) },
  };
}

/** Findings placed in the file, each once however many arms share it. */
class ProblemList {
  readonly all: StudyProblem[] = [];
  readonly #document: StudyDocument;
  /** Settings that an arm lacks as a whole, by key: the arms that lack it, and the sentence. */
  readonly #missing = new Map<string, { arms: Path[]; message: string }>();

  constructor(document: StudyDocument) {
    this.#document = document;
  }

  add({ message, missing, atKey }: Finding, path: Path): void {
    const place = atKey ? this.#document.locateKey(path) : this.#document.locate(path);
    const problem = { ...place, key: formatPath(path), message };
    const known = this.all.some(
      (other) =>
        other.key === problem.key &&
        other.line === problem.line &&
        (other.message === message || (missing && other.message.startsWith('is missing'))),
    );
    if (!known) this.all.push(problem);
  }

  /** A finding in merged settings, told of where the value was written. */
  addMerged(finding: Finding, merged: MergedSettings): void {
    const { written, covered } = merged.origin(finding.path);
    const rest = finding.path.slice(covered);
    if (finding.missing && covered === 0) {
      const key = formatPath(finding.path);
      const lacking = this.#missing.get(key) ?? { arms: [], message: finding.message };
      lacking.arms.push(written);
      this.#missing.set(key, lacking);
      return;
    }
    // A component that was written as a plain name has its name where it stands itself.
    const shorthand = rest.length === 1 && rest[0] === 'name' && !finding.missing;
    this.add(finding, shorthand ? written : [...written, ...rest]);
  }

  /** What every arm lacks is missing once, under the shared settings. */
  collectMissing(arms: number): void {
    for (const [key, { arms: lacking, message }] of this.#missing) {
      const sentence = `${message}; write it under shared, or in the arm`;
      const paths = lacking.length === arms && arms > 1 ? [['shared']] : lacking;
      for (const path of paths)
        this.add({ path, message: sentence, missing: true, atKey: false }, [...path, key]);
    }
  }
}
