import { CascadeError } from '../../common/errors.ts';
import { idsMeant } from '../base/run-id.ts';
import { decodeRuns } from '../../common/codec/run-frames.ts';
import type { CascadeClient } from '../api/router.ts';

/** The id that `name` is, or is the only one to begin with. @throws CascadeError NOT_FOUND or AMBIGUOUS. */
export async function findRun(client: CascadeClient, name: string): Promise<string> {
  const listed = name === '' ? [] : decodeRuns(await client.runs.list({ ids: [name] }));
  const ids = listed.map((run) => run.id);
  const matches = idsMeant(name, ids);
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
