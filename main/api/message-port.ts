import { createLineApi, MAX_MESSAGE_BYTES } from './line.ts';
import type { CascadeRouter } from './router.ts';

/** The part of Electron's MessagePortMain that is needed. */
export interface ApiPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface MessagePortApi {
  /** Answers what comes through this port until it closes. A message that makes no sense closes this port only. */
  accept(port: ApiPort): void;
}

/** A message as the wire has it; null for anything else that a port can carry, and for what is too large. */
function messageOf(data: unknown): string | ArrayBuffer | null {
  if (typeof data === 'string') return data.length <= MAX_MESSAGE_BYTES ? data : null;
  if (!(data instanceof Uint8Array) || data.length > MAX_MESSAGE_BYTES) return null;
  return Uint8Array.from(data).buffer;
}

/** A port of Electron's copies whatever it carries, so the parts become one piece first. */
function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole.buffer;
}

export function createMessagePortApi(router: CascadeRouter): MessagePortApi {
  const connect = createLineApi(router);
  return {
    accept(port) {
      const end = connect({
        send: (message) => port.postMessage(typeof message === 'string' ? message : joined(message)),
        refuse: () => port.close(),
      });
      port.on('message', ({ data }) => {
        const message = messageOf(data);
        if (message === null) port.close();
        else end.receive(message);
      });
      port.on('close', () => end.ended());
      port.start();
    },
  };
}
