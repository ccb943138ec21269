import type * as z from 'zod';
import type { CascadeClient } from '../../api/router.ts';

/** What a tool tells: a document, or an image. */
export type ToolAnswer =
  { document: Record<string, unknown> } | { text: string } | { image: Uint8Array; mimeType: string };

/** Something that an assistant may ask for, or have done. One file a tool. */
export interface Tool {
  name: string;
  title: string;
  /** What it does and when to use it, for the assistant. */
  description: string;
  /** Whether it changes something: such tools are there with --write alone. */
  writes: boolean;
  input: z.ZodObject;
  run(client: CascadeClient, input: Record<string, unknown>, signal: AbortSignal): Promise<ToolAnswer>;
}

/** A tool whose input is known by its schema. */
export function defineTool<Input extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'run'> & {
    input: Input;
    run(client: CascadeClient, input: z.infer<Input>, signal: AbortSignal): Promise<ToolAnswer>;
  },
): Tool {
  return { ...tool, run: (client, input, signal) => tool.run(client, input as z.infer<Input>, signal) };
}
