import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import * as z from 'zod';
import type { NetworkDescription } from '../common/network.ts';
import type { ComparedNetwork } from './networks.ts';
import { TRAINING } from './our-trainer.ts';

const hello = z.object({ torch: z.string() });
const opened = z.object({ torch: z.string(), threads: z.number(), accelerator: z.string().nullable() });
const warmed = z.object({ failed: z.string().optional() });
const remembered = z.object({ peakBytes: z.number().positive() });
const timed = z.object({ milliseconds: z.number().positive() });

export interface PeerCandidate {
  name: string;
  layout: 'channels-first' | 'channels-last';
  update: 'loop' | 'foreach' | 'fused';
  /** By torch.compile. */
  compiled?: boolean;
}

/** What PyTorch computes on, as it calls it. */
export type PeerDevice = 'cpu' | 'cuda';

/** Every way to write the step that may be the fastest. A dense net has no layout. */
export function candidatesFor(network: NetworkDescription): PeerCandidate[] {
  const spatial = network.nodes.some(({ operation }) => operation === 'conv');
  const layouts = spatial ? (['channels-first', 'channels-last'] as const) : (['channels-first'] as const);
  const updates = spatial ? (['foreach', 'fused'] as const) : (['loop', 'foreach', 'fused'] as const);
  return layouts.flatMap((layout) =>
    updates.map((update) => ({ name: spatial ? `${layout}, ${update}` : update, layout, update })),
  );
}

/** A Python process with PyTorch, which works only when asked and is silent else. */
export class Peer {
  readonly version: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #complaint: () => string;

  private constructor(
    version: string,
    process: ChildProcessWithoutNullStreams,
    lines: Interface,
    answers: AsyncIterator<string>,
    complaint: () => string,
  ) {
    this.version = version;
    this.#process = process;
    this.#lines = lines;
    this.#answers = answers;
    this.#complaint = complaint;
  }

  /** Starts it. @throws Error with the last line of what Python said, where it has no PyTorch */
  static async start(python: string, script: string): Promise<Peer> {
    const process = spawn(python, [script]);
    let errors = '';
    process.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const complaint = (): string => errors.trim().split('\n').at(-1) || 'it ended by itself';
    // A write to a process that has ended; what matters is that no answer comes.
    process.stdin.on('error', () => undefined);
    const failed = new Promise<never>((_, reject) => {
      process.once('error', reject);
    });
    failed.catch(() => undefined);
    const lines = createInterface(process.stdout);
    const answers = lines[Symbol.asyncIterator]();
    const first = await Promise.race([answers.next(), failed]);
    if (first.done) {
      await once(process, 'close');
      throw new Error(complaint());
    }
    return new Peer(hello.parse(JSON.parse(first.value)).torch, process, lines, answers, complaint);
  }

  /** Makes a model for each candidate. @returns the name of the GPU, where it is on one */
  async open(
    network: NetworkDescription,
    { batch }: ComparedNetwork,
    candidates: readonly PeerCandidate[],
    threads: number,
    device: PeerDevice = 'cpu',
  ): Promise<string | null> {
    const { nodes, inputShape, layers } = network;
    // Of convolutions; what else a module needs stands in its node.
    const kernelSizes = Object.fromEntries(layers.map(({ name, shape }) => [name, shape.slice(0, -2)]));
    const { accelerator } = opened.parse(
      await this.#ask({
        do: 'open',
        nodes,
        kernelSizes,
        inputShape,
        batch,
        threads,
        candidates,
        device,
        ...TRAINING,
      }),
    );
    return accelerator;
  }

  /** Takes a candidate's first steps, in which it is compiled where it is to be. @returns why that failed, or null */
  async warm(candidate: number): Promise<string | null> {
    return warmed.parse(await this.#ask({ do: 'warm', candidate })).failed ?? null;
  }

  /** @returns milliseconds a step */
  async run(candidate: number, steps: number): Promise<number> {
    return timed.parse(await this.#ask({ do: 'run', candidate, steps })).milliseconds;
  }

  /** @returns the largest resident memory of the process so far, in bytes */
  async memory(): Promise<number> {
    return remembered.parse(await this.#ask({ do: 'memory' })).peakBytes;
  }

  close(): void {
    this.#lines.close();
    this.#process.kill();
  }

  async #ask(question: Record<string, unknown>): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`PyTorch's process ended: ${this.#complaint()}`);
    return JSON.parse(value);
  }
}
