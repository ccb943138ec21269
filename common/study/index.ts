/** Study files: a text in, run specifications or problems out. */
export type { StudyProblem } from './document.ts';
export { formatProblem } from './problems.ts';
export { readStudy, readStudyArms } from './expand.ts';
export type { RuleProblem, Study, StudyReading, StudyRules } from './expand.ts';
export { canonicalSpecification } from './identity.ts';
export { studyJsonSchema } from './json-schema.ts';
