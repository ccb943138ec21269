/** Study files: a text in, run specifications or problems out. */
export type { StudyProblem } from './first-problems.ts';
export { formatProblem } from './problems.ts';
export { readStudy, readStudyArms } from './expand.ts';
export type { Study, StudyReading } from './expand.ts';
export type { RuleProblem, StudyRules } from './rules.ts';
export { canonicalSpecification } from './canonical-specification.ts';
export { studyOfRun } from './study-of-run.ts';
export { studyJsonSchema } from './json-schema.ts';
