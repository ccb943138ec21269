import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { below } from '../result.ts';
import { failureOf, parsedLine, runCommand } from './processes.ts';
import { environmentOf, findings, type Findings, type Setting } from './setting.ts';

const BATCH = 128;

const study = (runs: number, model: string, train: number, epochs: number): string => `
study: together-${runs}
seeds: [${Array.from({ length: runs }, (_, seed) => seed).join(', ')}]
shared:
  dataset: { name: mnist, train: ${train}, validation: 500 }
  model: ${model}
  batchSize: ${BATCH}
  epochs: ${epochs}
  optimizer: { name: sgd, momentum: 0.9, weightDecay: 5e-4 }
  learningRate: { name: constant, rate: 0.05 }
arms:
  - name: unpruned
    control: false
`;

/**
 * Several runs of one network on one device, as the workstation trains them: a thread each in one process. Their joint rate, over the
 * time in which all of them train: from when each has its first epoch to when the first has its last.
 */
export async function trainTogether(setting: Setting, runs: number): Promise<Findings> {
  const [model, train, epochs] = setting.quick
    ? (['lenet-300-100', 256, 6] as const)
    : (['resnet-20', 12_800, 6] as const);
  const file = join(setting.folder, `together-${runs}.yaml`);
  writeFileSync(file, study(runs, model, train, epochs));
  const seen: { id: string; epoch: number; at: number }[] = [];
  const ended = await runCommand(
    [
      ...['run', file, '--workspace', join(setting.folder, `together-${runs}`)],
      ...['--concurrency', `${runs}`, '--json'],
    ],
    {
      env: environmentOf(setting.device),
      limitSeconds: 120,
      onLine: (line, at) => {
        const event = parsedLine(line);
        if (event?.['type'] !== 'epoch') return;
        seen.push({ id: String(event['id']), epoch: (event['epoch'] as { epoch: number }).epoch, at });
      },
    },
  );
  const failure = failureOf(ended);
  if (failure !== null) throw new Error(`${runs} runs: ${failure}`);
  const from = Math.max(...seen.filter(({ epoch }) => epoch === 1).map(({ at }) => at));
  const to = Math.min(...seen.filter(({ epoch }) => epoch === epochs).map(({ at }) => at));
  if (!(to > from)) throw new Error(`${runs} runs did not train at the same time`);
  const done = seen.filter(({ at }) => at > from && at <= to).length;
  const steps = Math.ceil(train / BATCH);
  return findings({
    measures: [
      below(
        `together-${runs}`,
        `steps of ${model} at batch ${BATCH} a second, ${runs} ${runs === 1 ? 'run' : 'runs at once'}, evaluation and measuring among them`,
        'steps/s',
        (done * steps) / (to - from),
        null,
        { epochs: done, seconds: to - from, steps },
      ),
    ],
  });
}
