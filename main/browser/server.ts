import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { createRouter } from '../api/router.ts';
import type { WorkstationServices } from '../api/services.ts';
import { MAX_MESSAGE_BYTES } from '../api/line.ts';
import { refuseUpgrade } from '../api/refuse-upgrade.ts';
import { createWebSocketApi } from '../api/websocket.ts';
import type { PageFiles } from '../entry/page-files.ts';
import { pageHeaders } from '../entry/page-policy.ts';
import {
  refuseHost,
  refuseKeyless,
  refuseLength,
  refuseMethod,
  refuseOrigin,
  refuseStranger,
  tokenOf,
  type Refusal,
} from './admission.ts';
import { Places } from './places.ts';
import { Session } from './session.ts';

export const LOOPBACK = '127.0.0.1';
export const API_PATH = '/rpc';

/**
 * Milliseconds and counts beyond which a peer is cut off. Connections count apart by what they have shown: nothing, the
 * cookie, or the page's key as well. So those who show nothing take no place of those who may come in.
 */
export interface ServerLimits {
  headersMilliseconds: number;
  requestMilliseconds: number;
  idleMilliseconds: number;
  /** In which nothing moves on a connection that is no WebSocket, such as of a peer that does not read its answer. */
  silenceMilliseconds: number;
  strangers: number;
  visitors: number;
  pages: number;
  headerBytes: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  headersMilliseconds: 5_000,
  requestMilliseconds: 10_000,
  idleMilliseconds: 5_000,
  silenceMilliseconds: 15_000,
  strangers: 64,
  visitors: 64,
  pages: 64,
  headerBytes: 8_192,
};

const NOTHING_HERE: Refusal = { status: 404, message: 'There is nothing here.' };
const TOO_MANY_PAGES: Refusal = { status: 503, message: 'Too many pages are open: close some of them.' };
/** By this answer a page learns that its key is good, where its WebSocket was closed without a reason. */
const SOCKET_ONLY: Refusal = { status: 426, message: 'The contract is spoken over a WebSocket.' };

export interface PageServer {
  port: number;
  /** The address for a person, with the launch token. */
  address: string;
  /** An address good for one visit within a minute, for the browser that we start ourselves; `used` is called then. */
  openingAddress(used: () => void): string;
  /** Ends every connection, then stops listening. */
  close(): Promise<void>;
}

export interface PageServerOptions {
  services: WorkstationServices;
  files: PageFiles;
  /** 0 takes any free port. */
  port: number;
  limits?: Partial<ServerLimits>;
}

/**
 * Serves the page and, at /rpc, the contract to this machine's loopback address only.
 *
 * @throws CascadeError PORT_TAKEN, saying what to do.
 */
export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const session = new Session();
  const api = createWebSocketApi(createRouter(options.services));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: true,
    handleProtocols: Session.chooseProtocol,
  });
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMilliseconds,
    requestTimeout: limits.requestMilliseconds,
    keepAliveTimeout: limits.idleMilliseconds,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMilliseconds),
  });
  server.timeout = limits.silenceMilliseconds;
  const strangers = new Places(limits.strangers);
  const visitors = new Places(limits.visitors);
  server.on('connection', (socket) => strangers.take(socket));
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;

  server.on('request', (request, response) => {
    const welcome = () => {
      strangers.leave(request.socket);
      visitors.take(request.socket);
    };
    answer(request, response, { files: options.files, session, port, welcome });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal =
      refuseHost(request, port) ??
      refuseLength(request) ??
      refuseMethod(request) ??
      refuseStranger(request, session, port) ??
      refuseOrigin(request) ??
      (request.url === API_PATH ? null : NOTHING_HERE) ??
      refuseKeyless(request, session) ??
      (sockets.clients.size < limits.pages ? null : TOO_MANY_PAGES);
    if (refusal !== null) return refuseUpgrade(socket, refusal.status, refusal.message);
    strangers.leave(socket);
    visitors.leave(socket);
    sockets.handleUpgrade(request, socket, head, (accepted) => api.accept(accepted));
  });

  const base = `http://${LOOPBACK}:${port}`;
  return {
    port,
    address: `${base}/?token=${session.token}`,
    openingAddress: (used) => `${base}/?token=${session.openingToken(used)}`,
    close: () => closeServer(server, sockets),
  };
}

interface Serving {
  files: PageFiles;
  session: Session;
  port: number;
  /** Called where the request shows that its connection is no stranger's. */
  welcome(): void;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { files, session, port, welcome }: Serving,
): void {
  const early = refuseHost(request, port) ?? refuseLength(request) ?? refuseMethod(request);
  if (early !== null) return refuse(response, early);

  const token = tokenOf(request);
  if (token !== null && session.acceptsToken(token)) {
    welcome();
    response.writeHead(303, {
      ...pageHeaders(),
      'Set-Cookie': session.setCookie(port),
      'Cache-Control': 'no-store',
      Location: session.pageAddress(),
    });
    response.end();
    return;
  }
  const stranger = refuseStranger(request, session, port);
  if (stranger !== null) return refuse(response, stranger);
  welcome();

  if (request.url === API_PATH) return refuse(response, refuseKeyless(request, session) ?? SOCKET_ONLY);
  // The path is compared as it was sent, never decoded or joined to a folder: nothing but the listed files exists.
  const file = files.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (file === undefined) return refuse(response, NOTHING_HERE);
  response.writeHead(200, {
    ...pageHeaders(`ws://${request.headers.host}`),
    'Content-Type': file.contentType,
    'Content-Length': file.body.length,
    'Cache-Control': file.cacheControl,
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

/** A refused request may have a body on its way: the connection ends with the answer. */
function refuse(response: ServerResponse, { status, message }: Refusal): void {
  response.writeHead(status, {
    ...pageHeaders(),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(`${message}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = 'choose another with --port, or leave it out to take any that is free';
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new CascadeError('PORT_TAKEN', `Port ${port} cannot be used (${error.code}): ${advice}.`)
          : new CascadeError('PORT_TAKEN', `The local server could not start: ${messageOf(error)}.`),
      );
    });
    server.listen({ port, host: LOOPBACK }, resolve);
  });
}

async function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001, 'the workstation is closing');
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A page that does not answer the closing handshake must not keep the workstation from closing.
  setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  }, 500).unref();
  await closed;
}
