import { fileURLToPath } from 'node:url';
import type { StartProcess } from '../threads/child-process.ts';
import { threadUrl } from '../threads/thread-url.ts';
import type { Electron } from './electron.ts';

/**
 * Starts processes as Electron's own: a packaged Cascade Lab does not run as Node (see `fuses.ts`), so that `fork` of Node would
 * open a second window instead.
 */
export function utilityStarter(utilityProcess: Electron['utilityProcess']): StartProcess {
  return (name, heapMegabytes) => {
    const child = utilityProcess.fork(fileURLToPath(threadUrl(name)), [], {
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      serviceName: `Cascade Lab ${name}`,
      stdio: 'ignore',
    });
    let isWanted = true;
    let hasEnded = false;
    // Electron knows its number once it runs, and only then takes a signal to it.
    const end = (): void => {
      if (hasEnded || child.pid === undefined) return;
      // Its own way asks first, and a process that is busy in native code does not answer.
      try {
        process.kill(child.pid, 'SIGKILL');
      } catch {
        child.kill();
      }
    };
    child.on('spawn', () => !isWanted && end());
    child.once('exit', () => (hasEnded = true));
    return {
      send: (message) => child.postMessage(message),
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) => child.once('exit', listener),
      kill: () => {
        isWanted = false;
        end();
      },
    };
  };
}
