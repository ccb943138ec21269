import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createLedger, openEngine, reclaimEngine } from '../../../../main/trainer/tensorflow/engine.ts';
import type { ThreadRequest } from './training-thread.ts';

interface Result {
  kind: 'done';
  losses: number[];
  weights: Float32Array;
  left: number;
}

const workers = new Set<Worker>();

function start(workerData: ThreadRequest): Worker {
  const worker = new Worker(new URL('./training-thread.ts', import.meta.url), { workerData });
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
  return worker;
}

async function started(worker: Worker): Promise<void> {
  const [message] = (await once(worker, 'message')) as [{ kind: string }];
  expect(message.kind).toBe('started');
}

async function finished(worker: Worker): Promise<Result> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [Result | { kind: 'started' }];
    if (message.kind === 'done') return message;
  }
}

const bits = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

describe('engines in worker threads', () => {
  afterEach(async () => {
    await Promise.all([...workers].map((worker) => worker.terminate()));
  });

  it('trains to the same bits alone and beside another trainer', async () => {
    const alone = await finished(start({ steps: 30, threads: 2 }));
    const disturbance = start({ threads: 2, width: 64 });
    await started(disturbance);
    const beside = await finished(start({ steps: 30, threads: 2 }));
    await disturbance.terminate();

    expect(alone.losses).toHaveLength(30);
    expect(alone.losses.at(-1)).toBeLessThan(alone.losses[0] as number);
    expect(alone.weights.some((weight) => weight !== 0)).toBe(true);
    expect(beside.losses).toEqual(alone.losses);
    expect(bits(beside.weights).equals(bits(alone.weights))).toBe(true);
    expect([alone.left, beside.left]).toEqual([0, 0]);
  });

  it('survives the termination of a neighbour in the middle of a step, many times', async () => {
    const reference = await finished(start({ steps: 60, threads: 1 }));
    const survivor = finished(start({ steps: 60, threads: 1 }));
    for (let i = 0; i < 4; i++) {
      const victim = start({ threads: 2, width: 48 });
      await started(victim);
      await new Promise((resolve) => setTimeout(resolve, 30 + 17 * i));
      expect(await victim.terminate()).toBe(1);
    }
    expect(bits((await survivor).weights).equals(bits(reference.weights))).toBe(true);
    // The engine works on in this thread as well.
    const engine = openEngine({ device: 'cpu', threads: 1 });
    expect([...engine.tf.tensor1d([1, 2]).add(1).dataSync()]).toEqual([2, 3]);
    engine.dispose();
  });
});

describe.runIf(process.platform === 'linux')('a terminated thread', () => {
  it('gives back its tensors and its threads through the ledger', async () => {
    const threadsOf = () => readdirSync('/proc/self/task').length;
    const run = async () => {
      const ledger = createLedger();
      const worker = start({ threads: 2, ledger });
      await started(worker);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await worker.terminate();
      const before = threadsOf();
      const freed = reclaimEngine(ledger);
      expect(reclaimEngine(ledger)).toBe(0);
      return { freed, threads: before - threadsOf() };
    };
    for (let i = 0; i < 3; i++) {
      const { freed, threads } = await run();
      // Two tensors of data, 28 of state; a batch and a loss more at some moments.
      expect(freed).toBeGreaterThanOrEqual(30);
      expect(threads).toBeGreaterThanOrEqual(2);
    }
  });

  it('leaves nothing to reclaim where it closed its engine', async () => {
    const ledger = createLedger();
    await finished(start({ steps: 2, threads: 1, ledger }));
    expect(reclaimEngine(ledger)).toBe(0);
  });
});

/** Clock ticks that each thread of this process has used, by thread. */
function ticks(): Map<string, number> {
  return new Map(
    readdirSync('/proc/self/task').map((task) => {
      const fields = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return [task, Number(fields[11]) + Number(fields[12])] as const;
    }),
  );
}

describe.runIf(process.platform === 'linux')('the number of threads', () => {
  it('is each engine’s own', () => {
    const busy = [1, 3, 1].map((threads) => {
      const engine = openEngine({ device: 'cpu', threads });
      const side = 768;
      const square = { shape: [side, side], dtype: 'float32' as const };
      const work = engine.trace('work', [square], (x) => {
        let product = x as NonNullable<typeof x>;
        for (let i = 0; i < 4; i++) product = engine.tf.matMul(product, x as NonNullable<typeof x>);
        return [product];
      });
      const input = engine.upload(new Float32Array(side * side).fill(1e-3), square.shape, 'float32');
      work.call([input])[0]?.release();
      const before = ticks();
      for (let i = 0; i < 20; i++) work.call([input])[0]?.release();
      const used = [...ticks()].map(([task, after]) => after - (before.get(task) ?? 0));
      engine.dispose();
      const total = used.reduce((a, b) => a + b, 0);
      return used.filter((own) => own > 0.1 * total).length;
    });
    expect(busy[0]).toBe(1);
    expect(busy[1]).toBeGreaterThan(1);
    expect(busy[2]).toBe(1);
  });
});
