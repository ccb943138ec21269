import type { ApiPort, MessagePortApi } from '../api/message-port.ts';
import type { Electron, IpcEvent, Window } from './electron.ts';
import { isOurs } from './addresses.ts';

/** The channels between preload and main; `preload/preload.ts` knows them too. */
export const PORT_REQUEST = 'cascade-port-request';
export const PORT = 'cascade-port';

/** Only the window's own page, in its main frame, is answered (checklist, 17). */
export function isTrustedSender(event: IpcEvent, window: Window): boolean {
  const frame = event.senderFrame;
  if (frame === null || event.sender !== window.webContents) return false;
  return frame === window.webContents.mainFrame && isOurs(frame.url);
}

/** Gives the page its port to the contract when it asks. A page that asks again was reloaded: its old port is closed. */
export function handOverPorts(
  { ipcMain, MessageChannelMain }: Pick<Electron, 'ipcMain' | 'MessageChannelMain'>,
  window: Window,
  api: MessagePortApi,
): void {
  let current: ApiPort | null = null;
  ipcMain.on(PORT_REQUEST, (event) => {
    if (!isTrustedSender(event, window)) return;
    current?.close();
    const { port1, port2 } = new MessageChannelMain();
    current = port1;
    api.accept(port1);
    event.senderFrame?.postMessage(PORT, null, [port2]);
  });
}
