import { CascadeError } from '../../common/errors.ts';
import type { WorkstationServices } from '../api/services.ts';

/** Name of the bundled study that an empty workspace starts with. */
export const STARTER_STUDY = 'starter';

/** Starts the starter study where the workspace has no runs yet; answers whether it did. */
export async function startStarterStudy(services: WorkstationServices): Promise<boolean> {
  if ((await services.listRuns({ limit: 1 })).length > 0) return false;
  const starter = (await services.bundledStudies()).find((study) => study.name === STARTER_STUDY);
  if (starter === undefined)
    throw new CascadeError('NOT_FOUND', 'The starter study is missing from this installation.');
  await services.startStudy(starter.text, `${starter.name}.yaml`);
  return true;
}
