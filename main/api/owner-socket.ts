import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createORPCClient } from '@orpc/client';
import { WebSocket, WebSocketServer } from 'ws';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { socketLink, type SocketLike } from '../../common/line/link.ts';
import { createRouter, type CascadeClient } from './router.ts';
import type { WorkstationServices } from './services.ts';
import { MAX_MESSAGE_BYTES } from './line.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { newSecret, sameSecret } from './secrets.ts';
import { createWebSocketApi } from './websocket.ts';

/**
 * Whoever holds a workspace also answers other processes of the same user, so that the command line works while a
 * window is open: the contract over a WebSocket, on a Unix socket (a named pipe on Windows) that only this user can
 * reach, and for whoever knows the secret that stands in the owner's file.
 */
export interface OwnerSocket {
  /** The secret and the socket's path, '<secret>@<path>': what `connectToOwner` takes. */
  address: string;
  close(): Promise<void>;
}

/** Unix sockets' paths hold about 100 bytes; a longer temporary folder is left for /tmp. */
const LONGEST_FOLDER = 60;
const CONNECT_MILLISECONDS = 3_000;

/** Listens for the holder of the workspace `folder`; only the holder of its lock may call this. */
export async function serveOwner(services: WorkstationServices, folder: string): Promise<OwnerSocket> {
  const secret = newSecret();
  const path = socketPath(folder);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const api = createWebSocketApi(createRouter(services));
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!sameSecret(request.headers.authorization ?? '', `Bearer ${secret}`))
      refuseUpgrade(socket, 401, 'The secret in the owner’s file is missing.');
    else sockets.handleUpgrade(request, socket, head, (accepted) => api.accept(accepted));
  });
  // We hold the lock, so a socket that still lies there is of a process that was killed.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new CascadeError('OWNER_SOCKET', `The command line cannot reach this window: ${messageOf(error)}.`),
      ),
    );
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  server.unref();

  return {
    address: `${secret}@${path}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

export interface OwnerConnection {
  client: CascadeClient;
  /** Settles when the owner has gone. */
  ended: Promise<void>;
  close(): void;
}

/** Connects to the address in an owner's file. @throws CascadeError OWNER_SILENT where nobody answers there. */
export async function connectToOwner(address: string): Promise<OwnerConnection> {
  const at = address.indexOf('@');
  const [secret, path] = [address.slice(0, at), address.slice(at + 1)];
  const socket = new WebSocket('ws://owner/rpc', {
    createConnection: () => connect(path),
    handshakeTimeout: CONNECT_MILLISECONDS,
    headers: { Authorization: `Bearer ${secret}` },
    maxPayload: 0,
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', (error) =>
      reject(
        new CascadeError(
          'OWNER_SILENT',
          `The process that holds the workspace does not answer: ${error.message}.`,
        ),
      ),
    );
  });
  return { client: createORPCClient(socketLink(socket as SocketLike)), ended, close: () => socket.close() };
}

function socketPath(folder: string): string {
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\cascade-lab-${name}`;
  const parent = tmpdir().length <= LONGEST_FOLDER ? tmpdir() : '/tmp';
  return join(privateFolder(join(parent, `cascade-lab-${userInfo().uid}`)), `${name}.sock`);
}

/**
 * Makes the folder with mode 0700, or takes the one that is there if it is truly ours: in a shared temporary
 * folder another user may have put a folder or a link of that name first.
 */
function privateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid)
    throw new CascadeError('OWNER_SOCKET', `${folder} is not a folder of yours: remove it, or set TMPDIR.`);
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}
