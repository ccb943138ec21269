import type { NetworkDescription } from '../../../common/network.ts';
import { prepared, type Connection } from '../database.ts';
import type { StoredRun } from './stored-run.ts';

/** The network of a run; null for one that has not begun. */
export function networkOf(database: Connection, run: Pick<StoredRun, 'number'>): NetworkDescription | null {
  const text = prepared(database, 'select network from environments where run = ?')
    .pluck()
    .get(run.number) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as NetworkDescription);
}
