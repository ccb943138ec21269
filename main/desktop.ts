import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { join } from 'node:path';
import type { Electron } from './desktop/electron.ts';
import { parseDesktopOptions } from './desktop/options.ts';
import { startDesktop } from './desktop/start.ts';
import { findApplication, pageFolder } from './entry/application.ts';
import { onSignal } from './entry/shutdown.ts';

/** The desktop way in: Electron starts the built file, out/main/desktop.js. */
const electron: Electron = {
  app,
  BrowserWindow,
  MessageChannelMain,
  ipcMain,
  protocol,
  session,
  screen,
  shell,
  dialog,
  utilityProcess,
  setMenu: (template) => Menu.setApplicationMenu(Menu.buildFromTemplate(template)),
};
const { root, version } = findApplication();
const options = parseDesktopOptions(process.argv.slice(app.isPackaged ? 1 : 2), version);
onSignal(
  () => app.quit(),
  (code) => app.exit(code),
);
await startDesktop(electron, options, {
  openWorkstation: async (given) => (await import('./workstation.ts')).openWorkstation(given),
  pageFolder: pageFolder(),
  preload: join(root, 'out', 'preload', 'preload.cjs'),
  warn: (line) => process.stderr.write(`${line}\n`),
});
