import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { threadUrl, type ThreadName } from './thread-url.ts';

/** A process of its own, for what cannot be interrupted: it can be ended whatever it does. */
export interface Child {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** @param how what is known of its end: an exit code, or a signal */
  onExit(listener: (how: number | string | null) => void): void;
  /** Ends it at once. One that has ended is left alone. */
  kill(): void;
}

/** Starts a built file, of the names of `thread-url.ts`, as a process; Electron has its own way, see `main/desktop/child-process.ts`. */
export type StartProcess = (name: ThreadName, heapMegabytes: number) => Child;

/** With Node. */
export const startNodeProcess: StartProcess = (name, heapMegabytes) => {
  const child = fork(fileURLToPath(threadUrl(name)), [], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    env: environment(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A process that could not be started says so here, and no more.
  child.on('error', () => undefined);
  return {
    send: (message) => child.connected && child.send(message as object, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', (code, signal) => listener(signal ?? code));
      child.once('error', () => child.pid === undefined && listener(null));
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

/** Ours, without what would make it load or listen to something. */
function environment(): NodeJS.ProcessEnv {
  const hidden = ['NODE_OPTIONS', 'NODE_CHANNEL_FD', 'NODE_V8_COVERAGE'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.includes(name)));
}
