import { CascadeError, messageOf } from '../../common/errors.ts';
import { connectToOwner, type OwnerConnection } from '../api/owner-socket.ts';
import { createLocalClient, type CascadeClient } from '../api/router.ts';
import type { OpenWorkstation, WorkstationOptions } from '../api/services.ts';

/** The part of a workspace's owner file that is needed here. */
export interface Owner {
  pid: number;
  since: number;
  address?: string | undefined;
}

export interface WorkspaceAccess {
  openWorkstation: OpenWorkstation;
  readOwner(folder: string): Owner | null;
}

export interface Connection {
  client: CascadeClient;
  /** The process that does the work, where it is another. */
  owner: Owner | null;
  /** What this process found when it opened the workspace, a sentence each; none where another did. */
  notices: readonly string[];
  close(): Promise<void>;
}

/** A window that is just opening holds the lock a moment before it can answer. */
const TRIES = 8;
const PAUSE_MILLISECONDS = 250;

/**
 * Opens the workspace in this process where it is free, and else asks the process that holds it. The lock decides
 * which: an owner's file may be left over from a process that was killed.
 *
 * @throws CascadeError WORKSPACE_HELD, naming the process, where the holder does not answer.
 */
export async function openConnection(
  options: Omit<WorkstationOptions, 'way'>,
  access: WorkspaceAccess,
  pause = PAUSE_MILLISECONDS,
): Promise<Connection> {
  for (let attempt = 1; ; attempt++) {
    const asked = await askOwner(access.readOwner(options.folder));
    if (asked !== null) return asked;
    try {
      const services = await access.openWorkstation({ ...options, way: 'command line' });
      return {
        client: createLocalClient(services),
        owner: null,
        notices: services.status().notices,
        close: () => services.close(),
      };
    } catch (error) {
      if (!(error instanceof CascadeError) || error.code !== 'WORKSPACE_LOCKED') throw error;
      if (attempt === TRIES) throw held(options.folder, access.readOwner(options.folder), error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function askOwner(owner: Owner | null): Promise<Connection | null> {
  if (owner?.address === undefined) return null;
  let connection: OwnerConnection;
  try {
    connection = await connectToOwner(owner.address);
  } catch {
    return null;
  }
  return {
    client: connection.client,
    owner,
    notices: [],
    close: async () => {
      connection.close();
      await connection.ended;
    },
  };
}

function held(folder: string, owner: Owner | null, cause: CascadeError): CascadeError {
  if (owner === null) return new CascadeError('WORKSPACE_HELD', messageOf(cause), { cause });
  const since = new Date(owner.since).toLocaleString();
  return new CascadeError(
    'WORKSPACE_HELD',
    `The workspace ${folder} is held by process ${owner.pid} since ${since}, which does not answer: ` +
      'close it, or choose another folder with --workspace.',
    { cause },
  );
}
