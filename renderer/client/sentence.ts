import { ORPCError } from '@orpc/client';
import { messageOf } from '../../common/errors.ts';
import type { StudyProblem } from '../../common/contract/schemas.ts';

/** The sentence that a person reads when a call failed. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ORPCError && error.code === 'INTERNAL_SERVER_ERROR')
    return 'Unexpected error in the workstation; its log in the terminal has the details.';
  return messageOf(error);
}

/** Whether a call failed because what it named is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ORPCError && error.code === 'NOT_FOUND';
}

/** The problems of a refused study, where the error carries them. */
export function problemsOf(error: unknown): StudyProblem[] {
  if (!(error instanceof ORPCError)) return [];
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('problems' in data)) return [];
  return Array.isArray(data.problems) ? (data.problems as StudyProblem[]) : [];
}
