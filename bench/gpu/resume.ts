import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { below, type Measure } from '../result.ts';
import { failureOf, parsedLine, runCommand } from './processes.ts';
import { environmentOf, findings, type Findings, type Setting } from './setting.ts';

/** Networks of the checks: depthwise kernels and batch norm, and residual branches. */
const MODELS = ['depthwise-separable', 'resnet-20'];
const EPOCHS = 5;
/** Killed when so many epochs are there, and pruned one before. */
const KILLED_AFTER = 3;
const LIMIT_SECONDS = 90;

const study = (model: string, train: number): string => `
study: resume-${model}
seeds: [0]
shared:
  dataset: { name: mnist, train: ${train}, validation: 500 }
  model: ${model}
  batchSize: 64
  epochs: ${EPOCHS}
  optimizer: { name: sgd, momentum: 0.9, weightDecay: 5e-4 }
  learningRate: { name: cosine, rate: 0.05 }
arms:
  - name: pruned
    control: false
    pruning: { criterion: magnitude, schedule: { name: one-shot, epoch: ${KILLED_AFTER - 1} }, sparsity: 0.8 }
`;

/** A run that is killed and resumed has the checkpoints of one that is not, byte for byte; two of the same have them too. */
export async function checkResume(setting: Setting): Promise<Findings> {
  const measures: Measure[] = [];
  const leftOut: string[] = [];
  for (const model of setting.quick ? ['lenet-300-100'] : MODELS) {
    try {
      measures.push(await checkModel(setting, model));
    } catch (error) {
      leftOut.push(`resume-${model}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return findings({ measures, leftOut });
}

async function checkModel(setting: Setting, model: string): Promise<Measure> {
  const file = join(setting.folder, `${model}.yaml`);
  writeFileSync(file, study(model, setting.quick ? 640 : 6400));
  const folderOf = (name: string): string => join(setting.folder, `${model}-${name}`);
  const run = async (name: string, args: string[], onLine?: (line: string) => boolean): Promise<string[]> => {
    const ended = await runCommand([...args, '--workspace', folderOf(name), '--json'], {
      env: environmentOf(setting.device),
      limitSeconds: LIMIT_SECONDS,
      ...(onLine ? { onLine } : {}),
    });
    const failure = failureOf(ended);
    if (failure !== null && !onLine) throw new Error(`${name}: ${failure}`);
    return ended.lines;
  };
  await run('whole', ['run', file]);
  const killed = await run('killed', ['run', file], (line) => epochOf(line) >= KILLED_AFTER);
  if (killed.some((line) => parsedLine(line)?.['type'] === 'done'))
    throw new Error('the run was done before it could be killed');
  await run('killed', ['resume', '--all']);
  const [whole, resumed] = ['whole', 'killed'].map((name) => checkpointsOf(folderOf(name))) as [
    Map<string, Buffer>,
    Map<string, Buffer>,
  ];
  if (whole.size !== EPOCHS + 1)
    throw new Error(`there are ${whole.size} checkpoints instead of ${EPOCHS + 1}`);
  const differing = [...whole]
    .filter(([name, bytes]) => !resumed.get(name)?.equals(bytes))
    .map(([name]) => name);
  return below(
    `resume-${model}`,
    `checkpoints of a killed and resumed run that are not those of an uninterrupted one, of ${whole.size}`,
    'checkpoints',
    differing.length,
    1,
    { differing },
  );
}

/** The epoch that a line of `run --json` tells of; 0 for others. */
function epochOf(line: string): number {
  const event = parsedLine(line);
  return event?.['type'] === 'epoch' ? Number((event['epoch'] as { epoch: number }).epoch) : 0;
}

/** Checkpoints of the one run of a workspace, by name. */
function checkpointsOf(workspace: string): Map<string, Buffer> {
  const checkpoints = join(workspace, 'checkpoints');
  const [run] = readdirSync(checkpoints).filter((name) => name !== 'lost');
  const folder = join(checkpoints, run!);
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
