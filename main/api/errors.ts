import { ORPCError, ValidationError } from '@orpc/server';
import * as z from 'zod';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { studyProblem } from '../../common/contract/schemas.ts';

const withProblems = z.object({ problems: z.array(studyProblem) });

/** The contract's code for a CascadeError's. All are sentences for a person, so none is hidden behind INTERNAL. */
function contractCode(code: string): 'NOT_FOUND' | 'CONFLICT' | 'WORKSPACE' | 'INVALID' {
  if (code === 'NOT_FOUND' || code === 'CONFLICT') return code;
  return code.startsWith('WORKSPACE') ? 'WORKSPACE' : 'INVALID';
}

/** One sentence naming the first input that the contract refused. */
function refusedInput(error: ValidationError): string {
  const issue = error.issues[0];
  const key = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  const where = key === '' ? 'The request' : `'${key}'`;
  return `${where} is not what this call takes: ${issue?.message ?? 'it was refused'}.`;
}

/**
 * What a caller is told. A CascadeError keeps its sentence (and a study's problems); anything else is a defect,
 * goes to `log` in full, and tells the caller nothing of the inside.
 */
export function toContractError(error: unknown, log: (error: unknown) => void): ORPCError<string, unknown> {
  if (error instanceof CascadeError) {
    const problems = withProblems.safeParse(error);
    const data = problems.success ? { problems: problems.data.problems } : undefined;
    return new ORPCError<string, unknown>(contractCode(error.code), { message: error.message, data });
  }
  if (error instanceof ORPCError) {
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError)
      return new ORPCError('INVALID', { message: refusedInput(error.cause) });
    if (error.code !== 'INTERNAL_SERVER_ERROR') return error;
  }
  log(error);
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'Internal error of the workstation: see its log.',
  });
}

/** Writes a defect to standard error, where the person who started the workstation sees it. */
export function logDefect(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  const cause =
    error instanceof Error && error.cause !== undefined ? `\ncaused by ${messageOf(error.cause)}` : '';
  process.stderr.write(`Defect: ${text}${cause}\n`);
}
