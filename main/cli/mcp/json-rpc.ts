import * as z from 'zod';

/** JSON-RPC 2.0, a message a line: what the Model Context Protocol speaks over standard input and output. */

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

const id = z.union([z.string(), z.number()]);
export type RequestId = z.infer<typeof id>;
export const message = z.object({
  jsonrpc: z.literal('2.0'),
  /** None of a notification, which is not answered. */
  id: id.optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
});
export type Message = z.infer<typeof message>;

/** An answer that tells of a mistake of the caller. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, sentence: string) {
    super(sentence);
    this.name = 'RpcError';
    this.code = code;
  }
}

/** Answers requests, each with what the handler promises, in the order in which they are ready; notifications are handled too. */
export class RpcConnection {
  readonly #write: (line: string) => void;
  readonly #handle: (request: Message) => Promise<unknown>;
  readonly #open = new Set<Promise<void>>();

  constructor(write: (line: string) => void, handle: (request: Message) => Promise<unknown>) {
    this.#write = write;
    this.#handle = handle;
  }

  /** Takes one line. */
  receive(line: string): void {
    if (line.trim() === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      return this.#tell({ id: null, error: { code: PARSE_ERROR, message: 'That line is not JSON.' } });
    }
    // A list of messages is what earlier versions of the protocol allow.
    for (const each of Array.isArray(parsed) && parsed.length > 0 ? parsed : [parsed]) this.#take(each);
  }

  /** Resolves once all that was asked is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  #take(given: unknown): void {
    const request = message.safeParse(given);
    if (!request.success) {
      // An answer to a request of ours: there are none.
      if (typeof given === 'object' && given !== null && ('result' in given || 'error' in given)) return;
      const known = id.safeParse((given as { id?: unknown } | null)?.id);
      return this.#tell({
        id: known.success ? known.data : null,
        error: { code: INVALID_REQUEST, message: 'That is no request of JSON-RPC 2.0.' },
      });
    }
    const answering = this.#answer(request.data).finally(() => this.#open.delete(answering));
    this.#open.add(answering);
  }

  async #answer(request: Message): Promise<void> {
    try {
      const result = await this.#handle(request);
      if (request.id !== undefined && result !== undefined) this.#tell({ id: request.id, result });
    } catch (error) {
      if (request.id === undefined) return;
      const code = error instanceof RpcError ? error.code : INTERNAL_ERROR;
      const sentence = error instanceof Error ? error.message : String(error);
      this.#tell({ id: request.id, error: { code, message: sentence } });
    }
  }

  #tell(answer: { id: RequestId | null } & ({ result: unknown } | { error: object })): void {
    this.#write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`);
  }
}
