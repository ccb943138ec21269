import { ORPCError } from '@orpc/client';
import * as z from 'zod';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { studyProblem, type StudyProblem } from '../../common/contract/schemas.ts';
import type { Output } from './output.ts';

/** What went wrong, in the shape that scripts get. */
export interface Failure {
  code: string;
  message: string;
  problems?: StudyProblem[];
}

const withProblems = z.object({ problems: z.array(studyProblem).min(1) });

export function failureOf(error: unknown): Failure {
  const code = error instanceof ORPCError || error instanceof CascadeError ? error.code : 'DEFECT';
  const problems = withProblems.safeParse(error instanceof ORPCError ? error.data : error);
  return {
    code: code === 'INTERNAL_SERVER_ERROR' ? 'DEFECT' : code,
    message: messageOf(error),
    ...(problems.success ? { problems: problems.data.problems } : {}),
  };
}

/** One sentence on standard error (and one a problem, with its place), and with --json the whole on standard output. */
export function reportFailure(failure: Failure, output: Output): void {
  const places = (failure.problems ?? []).map(({ line, column, key, message }) => {
    const where = line === null ? '' : `line ${line}${column === null ? '' : `:${column}`}, `;
    const place = `${where}${key}`;
    return place === '' ? `  ${message}` : `  ${place}: ${message}`;
  });
  output.warn([failure.message, ...places].join('\n'));
  output.record({ error: failure });
}
