import { CascadeError } from '../../common/errors.ts';
import { idsMeant } from '../../common/run-id.ts';
import type { CascadeClient } from '../api/router.ts';

/** The id that `name` is, or is the only one to begin with. @throws CascadeError NOT_FOUND or AMBIGUOUS. */
export async function findRun(client: CascadeClient, name: string): Promise<string> {
  const ids = (await client.runs.list()).map((run) => run.id);
  const matches = name === '' ? [] : idsMeant(name, ids);
  const [only] = matches;
  if (only === undefined)
    throw new CascadeError('NOT_FOUND', `There is no run ${name} in this workspace: see \`cascade list\`.`);
  if (matches.length > 1) {
    const shown = matches.slice(0, 5).join(', ');
    throw new CascadeError(
      'AMBIGUOUS',
      `${matches.length} runs begin with ${name} (${shown}): give more of the id.`,
    );
  }
  return only;
}
