import type { Duplex } from 'node:stream';

/**
 * Answers a request for a WebSocket with a refusal and ends its connection. The peer need not end its side: without the
 * destruction it would hold the connection for as long as it likes, and no timeout of the HTTP server counts any more.
 *
 * @param status of HTTP, 4xx or 5xx
 */
export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
}
