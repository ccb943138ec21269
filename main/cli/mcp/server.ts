import * as z from 'zod';
import type { CascadeClient } from '../../api/router.ts';
import { failureOf } from '../failure.ts';
import {
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  RpcConnection,
  RpcError,
  type Message,
  type RequestId,
} from './json-rpc.ts';
import type { Tool, ToolAnswer } from './tool.ts';
import { TOOLS } from './tools/registry.ts';

/** Versions of the Model Context Protocol that are spoken, the newest first: tools are alike in them. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const INSTRUCTIONS =
  'Cascade Lab trains, prunes and inspects neural networks. Shares are of 1. Shed weights are kept ones that fell below a threshold by training; the cascade excess is ' +
  'how much more of them a pruned run sheds than its control over the same weights: without it, shedding proves no cascade. Ask for `schema`, then use `query_sql`.';

const initialize = z.object({ protocolVersion: z.string() });
const call = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });
const cancelled = z.object({ requestId: z.union([z.string(), z.number()]) });

/** A server of the Model Context Protocol: tools over one client of the workstation. */
export class McpServer {
  readonly connection: RpcConnection;
  readonly #client: CascadeClient;
  readonly #version: string;
  readonly #tools: readonly Tool[];
  readonly #running = new Map<RequestId, AbortController>();

  /** @param write whether tools that change something are there */
  constructor(
    client: CascadeClient,
    { version, write, send }: { version: string; write: boolean; send: (line: string) => void },
  ) {
    this.#client = client;
    this.#version = version;
    this.#tools = TOOLS.filter((tool) => write || !tool.writes);
    this.connection = new RpcConnection(send, (request) => this.#handle(request));
  }

  /** Cancels what is still asked for: nobody is there to hear the answer. */
  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #handle({ id, method, params = {} }: Message): Promise<unknown> {
    switch (method) {
      case 'initialize':
        return this.#initialize(checked(initialize, params).protocolVersion);
      case 'ping':
        return {};
      case 'tools/list':
        return { tools: this.#tools.map(describeTool) };
      case 'tools/call':
        return this.#call(checked(call, params), id);
      case 'notifications/cancelled':
        this.#running.get(checked(cancelled, params).requestId)?.abort();
        return undefined;
      default:
        if (method.startsWith('notifications/')) return undefined;
        throw new RpcError(METHOD_NOT_FOUND, `There is no method '${method}' here.`);
    }
  }

  #initialize(asked: string): object {
    return {
      protocolVersion: VERSIONS.includes(asked) ? asked : VERSIONS[0],
      capabilities: { tools: {} },
      serverInfo: { name: 'cascade-lab', title: 'Cascade Lab', version: this.#version },
      instructions: INSTRUCTIONS,
    };
  }

  async #call(asked: z.infer<typeof call>, id: RequestId | undefined): Promise<unknown> {
    const tool = this.#tools.find(({ name }) => name === asked.name);
    if (!tool) throw new RpcError(INVALID_PARAMS, unknownTool(asked.name));
    const controller = new AbortController();
    if (id !== undefined) this.#running.set(id, controller);
    try {
      const input = tool.input.safeParse(asked.arguments);
      if (!input.success) return failed(z.prettifyError(input.error));
      const answer = await tool.run(this.#client, input.data, controller.signal);
      // What was cancelled is not answered.
      return controller.signal.aborted ? undefined : contentOf(answer);
    } catch (error) {
      // A failure is told as a result, so that the assistant reads it and can try otherwise.
      return controller.signal.aborted ? undefined : failed(failureText(error));
    } finally {
      if (id !== undefined) this.#running.delete(id);
    }
  }
}

function unknownTool(name: string): string {
  const needsWrite = TOOLS.some((tool) => tool.name === name);
  return needsWrite
    ? `'${name}' changes the workspace, which this server only reads: start it with --write.`
    : `There is no tool '${name}'.`;
}

function checked<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw new RpcError(INVALID_PARAMS, z.prettifyError(result.error));
}

function describeTool({ name, title, description, input, writes }: Tool): object {
  return {
    name,
    title,
    description,
    inputSchema: z.toJSONSchema(input, { io: 'input' }),
    annotations: { readOnlyHint: !writes, destructiveHint: false, openWorldHint: false },
  };
}

function contentOf(answer: ToolAnswer): object {
  if ('text' in answer) return { content: [{ type: 'text', text: answer.text }] };
  if ('image' in answer)
    return {
      content: [
        { type: 'image', data: Buffer.from(answer.image).toString('base64'), mimeType: answer.mimeType },
      ],
    };
  const text = JSON.stringify(answer.document);
  return { content: [{ type: 'text', text }], structuredContent: answer.document };
}

function failureText(error: unknown): string {
  const { message, problems = [] } = failureOf(error);
  const places = problems.map(
    ({ line, column, key, message: sentence }) =>
      `${line === null ? '' : `line ${line}${column === null ? '' : `:${column}`}, `}${key}: ${sentence}`,
  );
  return [message, ...places].join('\n');
}

function failed(text: string): object {
  return { content: [{ type: 'text', text }], isError: true };
}
