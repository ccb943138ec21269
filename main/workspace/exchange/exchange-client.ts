import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Differing, ImportResult } from '../../../common/contract/exchange-schemas.ts';
import type { ThreadClient } from '../../threads/client.ts';
import { layoutOf } from '../layout.ts';
import type { WriterCalls } from '../messages.ts';
import { makePrivateFolder } from '../private-files.ts';
import { startThread } from '../workspace-thread.ts';
import type { ExchangeCalls, OpenedSource } from './messages.ts';
import type { Packed, PackOptions } from './pack.ts';
import type { Wanted } from './plan.ts';
import type { SharedProgress } from './shared-progress.ts';

/** Run files of an open workspace: written from its runs, and taken into it. The thread is started when first needed. */
export class Exchange {
  readonly #folder: string;
  readonly #writer: ThreadClient<WriterCalls>;
  #thread: Promise<ThreadClient<ExchangeCalls>> | null = null;

  constructor(folder: string, writer: ThreadClient<WriterCalls>) {
    this.#folder = folder;
    this.#writer = writer;
  }

  /** A place for a file that is on its way in or out; gone when the workspace is closed. */
  place(token: string): string {
    const { exchange } = layoutOf(this.#folder);
    makePrivateFolder(exchange);
    return join(exchange, `${token}.cascade`);
  }

  async pack(
    ids: readonly string[],
    file: string,
    options: PackOptions,
    shared: SharedProgress,
  ): Promise<Packed> {
    return (await this.#started()).call('pack', ids, file, options, shared);
  }

  async open(token: string, path: string, wanted: Wanted, shared: SharedProgress): Promise<OpenedSource> {
    return (await this.#started()).call('openSource', token, path, wanted, shared);
  }

  /** Takes all that is wanted of an opened source, or nothing. */
  async take(
    token: string,
    differing: Differing,
    application: string,
    shared: SharedProgress,
  ): Promise<ImportResult> {
    const thread = await this.#started();
    const { path, runs, notices } = await thread.call('prepare', token, differing, application, shared);
    return { ...(await this.#writer.call('takeRuns', path, runs, shared)), notices };
  }

  async drop(token: string): Promise<void> {
    if (this.#thread) await (await this.#thread).call('closeSource', token);
    rmSync(this.place(token), { force: true });
  }

  async close(): Promise<void> {
    if (this.#thread) {
      const thread = await this.#thread.catch(() => null);
      await thread?.terminate();
    }
    rmSync(layoutOf(this.#folder).exchange, { recursive: true, force: true });
  }

  #started(): Promise<ThreadClient<ExchangeCalls>> {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<ThreadClient<ExchangeCalls>> {
    const thread = startThread<ExchangeCalls>('exchange');
    await thread.call('open', this.#folder);
    return thread;
  }
}
