import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochSummary } from '../../common/contract/schemas.ts';
import { openWorkstation } from '../../main/workstation.ts';

/**
 * Real runs on MNIST through a workstation into a workspace of their own: what share of an epoch goes into measuring and
 * logging, and what memory a training thread takes. Writes one JSON document.
 */

const EPOCHS = 5;
/** Milliseconds between two looks at the process's memory. */
const LOOK = 100;

const study = (name: string, model: string): string => `
study: ${name}
seeds: [0]
shared:
  dataset: { name: mnist, validation: 5000 }
  model: ${model}
  batchSize: 128
  epochs: ${EPOCHS}
  optimizer: { name: sgd, momentum: 0.9, weightDecay: 5e-4 }
  learningRate: { name: constant, rate: 0.05 }
arms:
  - name: pruned
    control: false
    pruning: { criterion: magnitude, schedule: { name: one-shot, epoch: 1 }, sparsity: 0.8 }
`;

const STUDIES = [
  { name: 'lenet-300-100', text: study('bench-lenet', 'lenet-300-100') },
  { name: 'depthwise-separable', text: study('bench-depthwise', 'depthwise-separable') },
];

interface Trained {
  name: string;
  epochs: Pick<EpochSummary, 'epoch' | 'trainingSeconds' | 'evaluationSeconds' | 'measurementSeconds'>[];
  /** Bytes of the whole process: before the thread started, and the most while it ran. */
  residentBefore: number;
  residentPeak: number;
}

async function train(folder: string, name: string, text: string): Promise<Trained> {
  const station = await openWorkstation({ folder, way: 'command line' });
  try {
    const residentBefore = process.memoryUsage.rss();
    let residentPeak = residentBefore;
    const { runs } = await station.startStudy(text, `${name}.yaml`);
    const id = runs[0]!;
    for (;;) {
      await sleep(LOOK);
      residentPeak = Math.max(residentPeak, process.memoryUsage.rss());
      const run = (await station.listRuns()).find((each) => each.id === id)!;
      if (run.state === 'finished') break;
      if (run.state !== 'queued' && run.state !== 'running')
        throw new Error(`The run of ${name} is ${run.state}: ${run.reason ?? 'nobody knows why'}`);
    }
    const epochs = (await station.epochs(id)).filter(({ steps }) => steps > 0);
    return {
      name,
      residentBefore,
      residentPeak,
      epochs: epochs.map(({ epoch, trainingSeconds, evaluationSeconds, measurementSeconds }) => ({
        epoch,
        trainingSeconds,
        evaluationSeconds,
        measurementSeconds,
      })),
    };
  } finally {
    await station.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cascade-bench-'));
try {
  const results: Trained[] = [];
  for (const { name, text } of STUDIES) results.push(await train(join(folder, name), name, text));
  process.stdout.write(`${JSON.stringify(results)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
