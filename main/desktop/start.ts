import { messageOf } from '../../common/errors.ts';
import { createMessagePortApi } from '../api/message-port.ts';
import { createRouter } from '../api/router.ts';
import type { OpenWorkstation, WorkstationServices } from '../api/services.ts';
import { readPageFiles } from '../entry/page-files.ts';
import { startStarterStudy } from '../entry/starter.ts';
import type { Electron, Window } from './electron.ts';
import { START } from './addresses.ts';
import { guardApplication, guardSession, webPreferences } from './guard.ts';
import { menuTemplate } from './menu.ts';
import type { WindowOptions } from '../entry/options.ts';
import { registerScheme, servePageFiles } from './page-protocol.ts';
import { handOverPorts } from './port-handover.ts';
import { utilityStarter } from './child-process.ts';
import { readWindowState, saveWindowState } from './window-state.ts';

export interface DesktopSurroundings {
  openWorkstation: OpenWorkstation;
  /** The built page, out/renderer. */
  pageFolder: string;
  /** The built preload script. */
  preload: string;
  warn(line: string): void;
}

/**
 * Opens the workstation in a window. What must precede Electron's readiness is done before the first await.
 * Resolves once the page is asked for, or the application was told to end.
 */
export async function startDesktop(
  electron: Electron,
  options: WindowOptions,
  around: DesktopSurroundings,
): Promise<void> {
  const { app } = electron;
  // A second start brings the first one's window to the front: two would quarrel over the workspace.
  if (!app.requestSingleInstanceLock()) return app.quit();
  registerScheme(electron.protocol);
  guardApplication(app, electron.shell);
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  try {
    guardSession(electron.session.defaultSession);
    servePageFiles(electron.protocol, readPageFiles(around.pageFolder));
    const services = await around.openWorkstation({
      folder: options.workspace,
      way: 'desktop',
      startProcess: utilityStarter(electron.utilityProcess),
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
    closeBeforeQuit(electron, services, around);
    for (const notice of services.status().notices) around.warn(notice);
    const window = createWindow(electron, around.preload);
    app.on('second-instance', () => bringToFront(window));
    handOverPorts(electron, window, createMessagePortApi(createRouter(services)));
    electron.setMenu(menuTemplate(electron.shell));
    await window.loadURL(START);
    if (options.starter)
      await startStarterStudy(services).catch((error: unknown) => around.warn(messageOf(error)));
  } catch (error) {
    around.warn(messageOf(error));
    electron.dialog.showErrorBox('Cascade Lab', messageOf(error));
    app.exit(1);
  }
}

function createWindow({ app, BrowserWindow, screen }: Electron, preload: string): Window {
  const folder = app.getPath('userData');
  const { bounds, maximized } = readWindowState(
    folder,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    title: 'Cascade Lab',
    show: false,
    webPreferences: webPreferences(preload),
  });
  if (maximized) window.maximize();
  window.on('ready-to-show', () => window.show());
  window.on('close', () => saveWindowState(folder, window));
  return window;
}

function bringToFront(window: Window): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Holds the end of the application back until the workstation has closed in order. */
function closeBeforeQuit(
  { app }: Electron,
  services: WorkstationServices,
  around: DesktopSurroundings,
): void {
  let state: 'open' | 'closing' | 'closed' = 'open';
  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'closing') return;
    state = 'closing';
    services
      .close()
      .catch((error: unknown) => around.warn(messageOf(error)))
      .finally(() => {
        state = 'closed';
        app.quit();
      });
  });
}
