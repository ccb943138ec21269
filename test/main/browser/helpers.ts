import { mkdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import WebSocket from 'ws';
import { servePage, type PageServer, type PageServerOptions } from '../../../main/browser/server.ts';
import { readPageFiles } from '../../../main/entry/page-files.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';

/** A small built page, with a secret file beside it that no request may reach. */
export function pageFolder(): string {
  const parent = temporaryFolder();
  const folder = join(parent, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(parent, 'secret.txt'), 'SECRET');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Cascade Lab</title>');
  writeFileSync(join(folder, 'assets', 'index-abc123.js'), 'export {};');
  return folder;
}

export interface Local {
  server: PageServer;
  double: WorkstationDouble;
  cookie: string;
  /** The page's, from behind the '#' to which the launch token leads. */
  key: string;
}

/** A real server on the double, and the cookie and the key that its launch token buys. */
export async function startLocal(options: Partial<PageServerOptions> = {}): Promise<Local> {
  const double = new WorkstationDouble();
  const files = readPageFiles(pageFolder());
  const server = await servePage({ services: double, files, port: 0, ...options });
  const answer = await get(server.port, new URL(server.address).pathname + new URL(server.address).search);
  return {
    server,
    double,
    cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '',
    key: (answer.headers.location ?? '').split('#key=')[1] ?? '',
  };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request whose path and headers are sent exactly as given. */
export function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Bytes straight onto the socket, for what no client library would send; answers with all that came back. */
export function raw(port: number, text: string, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host }, () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
  });
}

export interface Handshake {
  host?: string;
  origin?: string | null;
  cookie?: string | null;
  path?: string;
  protocols?: string[];
}

/** Tries a WebSocket; answers with it once open, or with the status that refused it. */
export function openSocket(local: Local, handshake: Handshake = {}): Promise<WebSocket | number> {
  const own = `127.0.0.1:${local.server.port}`;
  const { host = own, origin = `http://${own}`, cookie = local.cookie, path = '/rpc' } = handshake;
  const { protocols = ['cascade-lab', `key.${local.key}`] } = handshake;
  const socket = new WebSocket(`ws://${own}${path}`, protocols, {
    headers: { Host: host, ...(cookie === null ? {} : { Cookie: cookie }) },
    ...(origin === null ? {} : { origin }),
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

/** The code with which the other side closed. */
export function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.on('close', resolve));
}
