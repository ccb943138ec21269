import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type {
  Differing,
  OpenAsked,
  OpenStep,
  PackAsked,
  PackStep,
  TakeStep,
} from '../../common/contract/exchange-schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import type { Workspace } from '../workspace/workspace.ts';
import {
  cancelWork,
  progressNow,
  sharedProgress,
  type SharedProgress,
} from '../workspace/exchange/shared-progress.ts';
import { fileNameOf } from './file-name.ts';

/** Bytes of a file that one answer holds. */
export const PART_BYTES = 4 * 2 ** 20;
const TELL_MILLISECONDS = 200;
/** Files on their way in or out at once: what nobody drops, such as of a window that was closed, gives way to the newest. */
const MOST_FILES = 16;

interface Transfer {
  path: string;
  name: string;
  bytes: number;
  /** Of a file that comes in: so much of it is here. */
  received: number | null;
}

/** Run files in the hands of windows and commands: they go out and come in in parts, so that neither side holds one whole. */
export class RunFiles {
  readonly #workspace: Pick<Workspace, 'exchange'>;
  readonly #application: string;
  readonly #summaries: (ids: readonly string[]) => Promise<RunSummary[]>;
  readonly #onTaken: (ids: readonly string[]) => Promise<void>;
  readonly #transfers = new Map<string, Transfer>();

  constructor(options: {
    workspace: Pick<Workspace, 'exchange'>;
    application: string;
    summaries: (ids: readonly string[]) => Promise<RunSummary[]>;
    /** Called with the runs that are otherwise than before. */
    onTaken: (ids: readonly string[]) => Promise<void>;
  }) {
    this.#workspace = options.workspace;
    this.#application = options.application;
    this.#summaries = options.summaries;
    this.#onTaken = options.onTaken;
  }

  async *pack({ runs, checkpoints, trunks }: PackAsked, signal?: AbortSignal): AsyncGenerator<PackStep> {
    const token = newToken();
    const path = this.#workspace.exchange.place(token);
    const shared = sharedProgress();
    const options = { checkpoints, trunks, application: this.#application };
    const packed = yield* told(this.#workspace.exchange.pack(runs, path, options, shared), shared, signal);
    const name = fileNameOf(await this.#summaries(runs));
    await this.#keep(token, { path, name, bytes: packed.bytes, received: null });
    yield { type: 'packed', token, name, ...packed };
  }

  async part(token: string, from: number): Promise<Uint8Array<ArrayBuffer>> {
    const { path, bytes } = this.#require(token);
    const part = new Uint8Array(Math.max(0, Math.min(PART_BYTES, bytes - from)));
    const handle = await open(path, 'r');
    try {
      const { bytesRead } = await handle.read(part, 0, part.length, from);
      return part.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async receive(name: string, bytes: number): Promise<{ token: string }> {
    const token = newToken();
    const path = this.#workspace.exchange.place(token);
    await (await open(path, 'wx', 0o600)).close();
    await this.#keep(token, { path, name, bytes, received: 0 });
    return { token };
  }

  async append(token: string, from: number, base64: string): Promise<void> {
    const transfer = this.#require(token);
    const part = Buffer.from(base64, 'base64');
    if (transfer.received === null || from !== transfer.received || from + part.length > transfer.bytes)
      throw new CascadeError(
        'INVALID',
        `The parts of ${transfer.name} came in another order: send it again.`,
      );
    const handle = await open(transfer.path, 'r+');
    try {
      await handle.write(part, 0, part.length, from);
    } finally {
      await handle.close();
    }
    transfer.received += part.length;
  }

  async *open({ source, where, trunks }: OpenAsked, signal?: AbortSignal): AsyncGenerator<OpenStep> {
    const path = 'path' in source ? source.path : this.#received(source.token);
    const token = newToken();
    const shared = sharedProgress();
    const opened = yield* told(
      this.#workspace.exchange.open(token, path, { where, trunks }, shared),
      shared,
      signal,
    );
    const name = 'token' in source ? this.#require(source.token).name : opened.name;
    await this.#keep(token, { path: this.#workspace.exchange.place(token), name, bytes: 0, received: null });
    yield { type: 'opened', token, ...opened, name };
  }

  async *take(token: string, differing: Differing, signal?: AbortSignal): AsyncGenerator<TakeStep> {
    this.#require(token);
    const shared = sharedProgress();
    const work = this.#workspace.exchange.take(token, differing, this.#application, shared);
    // Whoever has gone away does not hear of it; every window hears of the runs.
    const known = work.then(async (taken) => {
      await this.#onTaken([
        ...taken.added,
        ...taken.continued,
        ...taken.replaced,
        ...taken.known,
        ...taken.kept,
      ]);
      return taken;
    });
    yield { type: 'taken', ...(yield* told(known, shared, signal)) };
  }

  async drop(token: string): Promise<void> {
    this.#transfers.delete(token);
    await this.#workspace.exchange.drop(token);
  }

  #received(token: string): string {
    const { path, bytes, received, name } = this.#require(token);
    if (received !== bytes) throw new CascadeError('INVALID', `${name} did not come whole: send it again.`);
    return path;
  }

  #require(token: string): Transfer {
    const transfer = this.#transfers.get(token);
    if (!transfer) throw new CascadeError('NOT_FOUND', 'That file is not there any more: choose it again.');
    return transfer;
  }

  async #keep(token: string, transfer: Transfer): Promise<void> {
    this.#transfers.set(token, transfer);
    for (const [oldest, { path }] of this.#transfers) {
      if (this.#transfers.size <= MOST_FILES) break;
      await this.drop(oldest);
      await rm(path, { force: true });
    }
  }
}

function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** Tells how far a work has come until it is done. It is asked to end once nobody listens any more. */
async function* told<T>(
  work: Promise<T>,
  shared: SharedProgress,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ type: 'progress'; done: number; total: number }, T> {
  const cancel = (): void => cancelWork(shared);
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted === true) cancel();
  let ended = false;
  const end = work.then(
    () => (ended = true),
    () => (ended = true),
  );
  let last = '';
  try {
    while (!ended) {
      await Promise.race([end, new Promise((resolve) => setTimeout(resolve, TELL_MILLISECONDS).unref())]);
      const now = progressNow(shared);
      if (JSON.stringify(now) === last || now.total === 0) continue;
      last = JSON.stringify(now);
      yield { type: 'progress', ...now };
    }
    return await work;
  } finally {
    if (!ended) cancel();
    signal?.removeEventListener('abort', cancel);
  }
}
