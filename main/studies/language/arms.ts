import type * as z from 'zod';
import { controlsAsked } from '../../../common/controls.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import type { Path } from './document.ts';
import type { Arm, StudyRules } from './rules.ts';
import { axesOf, combinations, countCombinations, readGrid } from './grid.ts';
import type { GridAxis } from './grid.ts';
import { isSettings, MergedSettings } from './merge.ts';
import type { ProblemList } from './problem-list.ts';
import { findings } from './problems.ts';
import { controlSetting } from './schema.ts';

/** Runs that a study may ask for, and so arms that its grids may make. */
export const MAXIMUM_RUNS = 10_000;

/** An arm as it was read, with the settings that it came from. */
export interface ReadArm extends Arm {
  settings: MergedSettings;
}

/** Prunings of a schedule of which each may have a control of its own. */
const MOST_STEPS = 100;

interface Reading {
  schema: z.ZodObject;
  rules: Omit<StudyRules, 'sharedEpochs'>;
  problems: ProblemList;
}

/** The arms of a study, those of grids one for each combination, as far as nothing is wrong with them. */
export function readArms(study: Readonly<Record<string, unknown>>, reading: Reading): ReadArm[] {
  const { problems } = reading;
  const written: unknown[] = Array.isArray(study['arms']) ? study['arms'] : [];
  const shared = isSettings(study['shared']) ? study['shared'] : {};
  const axes = axesIn(study['grid'], ['grid'], reading);
  const unused = new Set(axes);
  /** Names, and whether a grid made them. */
  const names = new Map<string, boolean>();
  const arms: ReadArm[] = [];
  let [count, looked] = [0, 0];
  for (const [index, arm] of written.entries()) {
    if (problems.enough) break;
    looked++;
    if (!isSettings(arm)) continue;
    const { name, control, grid, ...own } = arm;
    const place: Path = ['arms', index];
    const merged = new MergedSettings(place).lay(shared, ['shared']).lay(own, place);
    // What is wrong with it is said of the study as a whole.
    const controls = controlsAsked(controlSetting.catch(true).parse(control));
    const applied = axesOf(axes, axesIn(grid, [...place, 'grid'], reading), merged);
    for (const axis of applied) unused.delete(axis);
    const many = countCombinations(applied);
    count += many;
    if (count > MAXIMUM_RUNS && many > 1) {
      const message = `with these lists there are ${count} arms; a study has at most ${MAXIMUM_RUNS} runs: shorten them, or split the study`;
      const at = grid === undefined ? ['grid'] : [...place, 'grid'];
      problems.add({ message, missing: false, atKey: true }, at);
      count -= many;
      continue;
    }
    for (const combination of combinations(applied)) {
      if (problems.enough) break;
      const made = combination.name !== '';
      const whole = made ? `${String(name)} ${combination.name}` : String(name);
      // Those that stand in the file are compared by its schema.
      if (names.has(whole) && (made || names.get(whole) === true)) noteSameName(whole, place, problems);
      names.set(whole, made);
      const settings = combination.settings.reduce(
        (under, { path, value, written }) => under.layAt(path, value, written),
        merged,
      );
      const known = problems.all.length;
      const specification = readSpecification(settings, reading);
      if (specification === null) continue;
      arms.push({ name: whole, controls, specification, settings });
      if (controls.previousMask === 'every' && problems.all.length === known)
        noteManySteps(reading, specification, place);
    }
  }
  problems.collectMissing(looked);
  if (problems.all.length === 0)
    for (const { written: at, key } of unused) {
      const message = `changes no arm: each has a list of its own${key.startsWith('pruning') ? ', or prunes nothing' : ''}`;
      problems.add({ message, missing: false, atKey: true }, at);
    }
  return arms;
}

function axesIn(grid: unknown, written: Path, { schema, problems }: Reading): GridAxis[] {
  if (!isSettings(grid)) return [];
  const { axes, findings: found } = readGrid(grid, written, schema);
  for (const finding of found) problems.add(finding, finding.path);
  return axes;
}

function noteManySteps({ rules, problems }: Reading, specification: RunSpecification, place: Path): void {
  const prunings = rules.prunings(specification);
  if (prunings <= MOST_STEPS) return;
  const message = `every-step is a run for each of ${prunings} prunings, and at most ${MOST_STEPS} are taken; use previous-mask, or prune more rarely`;
  problems.add({ message, missing: false, atKey: false }, [...place, 'control']);
}

function noteSameName(name: string, place: Path, problems: ProblemList): void {
  const message = `a grid makes two arms named '${name}'; names of arms are distinct`;
  problems.add({ message, missing: false, atKey: false }, [...place, 'name']);
}

function readSpecification(
  merged: MergedSettings,
  { schema, rules, problems }: Reading,
): RunSpecification | null {
  const parsed = schema.safeParse(merged.value);
  if (!parsed.success) {
    for (const finding of findings(schema, merged.value)) problems.addMerged(finding, merged);
    return null;
  }
  // The components' schemas, gathered at run time, describe this type no closer.
  const parts = parsed.data as unknown as Omit<
    RunSpecification,
    'referenceEpoch' | 'rounds' | 'omittedPrunings' | 'dataHash'
  >;
  const specification: RunSpecification = {
    ...parts,
    referenceEpoch: 0,
    rounds: 1,
    omittedPrunings: 0,
    dataHash: null,
  };
  const found = rules.check(specification);
  for (const { key, message } of found)
    problems.addMerged({ path: key, message, missing: false, atKey: false }, merged);
  return found.length > 0 ? specification : { ...specification, ...rules.derive(specification) };
}
