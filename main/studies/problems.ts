import { CascadeError } from '../../common/errors.ts';
import { formatProblem } from './language/index.ts';
import type { StudyProblem } from '../../common/contract/schemas.ts';

/** A study that cannot be run, with every problem found in it. */
export class StudyError extends CascadeError {
  readonly problems: StudyProblem[];

  constructor(fileName: string, problems: StudyProblem[]) {
    const first = problems[0];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(
      'INVALID_STUDY',
      `${fileName} cannot be run: ${first ? formatProblem(first) : 'it is empty'}${more}`,
    );
    this.name = 'StudyError';
    this.problems = problems;
  }
}
