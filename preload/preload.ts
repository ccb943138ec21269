import { contextBridge, ipcRenderer } from 'electron';

/**
 * Hands the page one message port, and nothing else of Electron's: the page asks by a message to itself, the main
 * process sends the port, and it is passed on as it is.
 */

/** The little of the page's world that is used here; this file knows no other part of the DOM. */
interface PageMessage {
  source: unknown;
  origin: string;
  data: unknown;
}
declare const window: {
  location: { origin: string };
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void;
  postMessage(message: unknown, origin: string, transfer: unknown[]): void;
};

const PORT_REQUEST = 'cascade-port-request';
const PORT = 'cascade-port';

contextBridge.exposeInMainWorld('cascadeDesktop', true);

window.addEventListener('message', ({ source, origin, data }) => {
  if (source === window && origin === window.location.origin && data === PORT_REQUEST)
    ipcRenderer.send(PORT_REQUEST);
});

ipcRenderer.on(PORT, ({ ports: [port] }) => {
  if (port !== undefined) window.postMessage(PORT, window.location.origin, [port]);
});
