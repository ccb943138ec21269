import type { Connection } from './client.ts';
import { connectMessagePort } from './message-port.ts';
import { connectWebSocket } from './web-socket.ts';

declare global {
  interface Window {
    /** Set by the preload script: this page lives in the desktop window. */
    readonly cascadeDesktop?: boolean;
  }
}

/** The transport is the only thing that differs between the desktop window and a browser's tab. */
export function connect(): Connection {
  if (window.cascadeDesktop === true) return connectMessagePort();
  return connectWebSocket('/rpc');
}
