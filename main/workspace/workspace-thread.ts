import { CascadeError } from '../../common/errors.ts';
import { ThreadClient } from '../threads/client.ts';
import type { Calls } from '../threads/messages.ts';
import { threadUrl } from '../threads/thread-url.ts';

/** Starts a thread of the workspace. Once it is dead, calls are rejected with WORKSPACE_THREAD. */
export function startThread<C extends Calls<C>>(
  name: 'writer' | 'reader' | 'checker' | 'exchange',
): ThreadClient<C> {
  return new ThreadClient<C>(threadUrl(name), name, (detail) => threadEnded(name, detail));
}

export function threadEnded(name: string, detail: string): CascadeError {
  return new CascadeError(
    'WORKSPACE_THREAD',
    `The workspace's ${name} ended unexpectedly (${detail}). What was acknowledged is safe: open the workspace again.`,
  );
}
