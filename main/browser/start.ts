import { messageOf } from '../../common/errors.ts';
import type { OpenWorkstation } from '../api/services.ts';
import { pageFolder } from '../entry/application.ts';
import { readPageFiles } from '../entry/page-files.ts';
import { onSignal } from '../entry/shutdown.ts';
import { startStarterStudy } from '../entry/starter.ts';
import { openBrowser, openersOf } from './open-browser.ts';
import type { BrowserOptions } from './options.ts';
import { servePage } from './server.ts';

export interface RunningBrowserWay {
  address: string;
  /** Ends the connections, then the workstation. Calling it again answers with the same end. */
  close(): Promise<void>;
}

/** What the browser way does to the world around it, so that tests can look on. */
export interface Surroundings {
  openWorkstation: OpenWorkstation;
  print(line: string): void;
  warn(line: string): void;
  /** `window`: in one of its own, if that can be. Answers with what takes back all that was written for it. */
  open(address: string, window: boolean): () => void;
  /** The built page; out/renderer unless told. */
  pageFolder: string;
}

export function defaultSurroundings(openWorkstation: OpenWorkstation): Surroundings {
  return {
    openWorkstation,
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
    open: (address, window) => openBrowser(address, (file) => openersOf(file, { window })),
    pageFolder: pageFolder(),
  };
}

/** Opens the workstation and serves its page. @throws CascadeError where either cannot be done. */
export async function startBrowserWay(
  options: BrowserOptions,
  around: Surroundings,
): Promise<RunningBrowserWay> {
  const files = readPageFiles(around.pageFolder);
  const services = await around.openWorkstation({
    folder: options.workspace,
    way: 'browser',
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  for (const notice of services.status().notices) around.warn(notice);
  const server = await servePage({ services, files, port: options.port }).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  around.print(`Cascade Lab at ${server.address}`);
  let cleanUp = () => {};
  if (options.open)
    try {
      cleanUp = around.open(
        server.openingAddress(() => cleanUp()),
        options.window,
      );
    } catch (error) {
      around.warn(`The browser could not be opened (${messageOf(error)}): open the address above in it.`);
    }
  if (options.starter)
    await startStarterStudy(services).catch((error: unknown) => around.warn(messageOf(error)));

  let closing: Promise<void> | null = null;
  return {
    address: server.address,
    close: () => {
      cleanUp();
      return (closing ??= server.close().then(() => services.close()));
    },
  };
}

/** Runs until a signal asks it to end; answers with the exit code. */
export async function runBrowserWay(options: BrowserOptions, around: Surroundings): Promise<number> {
  const asked = Promise.withResolvers<void>();
  const removeListeners = onSignal(() => asked.resolve());
  try {
    const running = await startBrowserWay(options, around);
    await asked.promise;
    await running.close();
    return 0;
  } catch (error) {
    around.warn(messageOf(error));
    return 1;
  } finally {
    removeListeners();
  }
}
