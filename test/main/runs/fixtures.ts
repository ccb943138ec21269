import { createHash } from 'node:crypto';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { decodeRows } from '../../../common/codec/rows.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import type { RunState, RunSummary, WorkstationEvent } from '../../../common/contract/schemas.ts';
import { generator } from '../../../main/trainer/random.ts';
import type { WorkstationOptions, WorkstationServices } from '../../../main/api/services.ts';
import { openWorkstation } from '../../../main/workstation.ts';

/** Many epochs of a run of these tests. */
const QUIET_MILLISECONDS = 500;

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-runs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** IDX files with MNIST's names: noise, and for each class a bright square of its own. `salt` makes other images. */
export function writeImages(folder: string, train = 600, test = 200, salt = 0): void {
  for (const [name, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const images = new Uint8Array(16 + count * 784);
    const labels = new Uint8Array(8 + count);
    new DataView(images.buffer).setUint32(0, 0x803);
    [count, 28, 28].forEach((size, index) => new DataView(images.buffer).setUint32(4 + 4 * index, size));
    new DataView(labels.buffer).setUint32(0, 0x801);
    new DataView(labels.buffer).setUint32(4, count);
    const random = generator(salt, name);
    for (let image = 0; image < count; image++) {
      const label = image % 10;
      labels[8 + image] = label;
      for (let pixel = 0; pixel < 784; pixel++) {
        const [row, column] = [Math.floor(pixel / 28), pixel % 28];
        const bright = Math.floor(row / 7) * 4 + Math.floor(column / 7) === label;
        images[16 + image * 784 + pixel] = (random.next() & 127) + (bright ? 128 : 0);
      }
    }
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
  }
}

/** The folder of a small data set. */
export function smallImages(): string {
  const folder = temporaryFolder();
  writeImages(folder);
  return folder;
}

export interface StudyParts {
  /** A folder of IDX files. */
  images: string;
  arms: Record<string, unknown>[];
  shared?: Record<string, unknown>;
  seeds?: number[];
  name?: string;
}

/** A study file; JSON is YAML. LeNet-300-100 by SGD over a small data set unless told. */
export function studyText({ images, arms, shared = {}, seeds = [0], name = 'test' }: StudyParts): string {
  return JSON.stringify({
    study: name,
    seeds,
    shared: {
      dataset: { name: 'idx', folder: images, validation: 100 },
      model: 'lenet-300-100',
      batchSize: 50,
      epochs: 4,
      optimizer: { name: 'sgd', weightDecay: 1e-4 },
      learningRate: { name: 'constant', rate: 0.05 },
      ...shared,
    },
    arms,
  });
}

export function pruningAt(epoch: number, sparsity = 0.5): Record<string, unknown> {
  return { criterion: 'random', schedule: { name: 'one-shot', epoch }, sparsity };
}

/** An open workstation whose events are kept. */
export interface Station {
  folder: string;
  services: WorkstationServices;
  events: WorkstationEvent[];
  /** Answers with the first event, of now on or of the past, that fits. */
  until(fits: (event: WorkstationEvent) => boolean, what: string): Promise<WorkstationEvent>;
  start(text: string): Promise<string[]>;
}

/** Opens a workstation of one thread a trainer, which the test's end closes. */
export async function openStation(options: Partial<WorkstationOptions> = {}): Promise<Station> {
  const folder = options.folder ?? temporaryFolder();
  const services = await openWorkstation({ folder, way: 'command line', threads: 1, ...options });
  onTestFinished(() => services.close().catch(() => undefined));
  return stationOf(services, folder);
}

export function stationOf(services: WorkstationServices, folder: string): Station {
  const events: WorkstationEvent[] = [];
  const listeners = new Set<() => void>();
  services.subscribe((event) => {
    events.push(event);
    for (const listener of listeners) listener();
  });
  return {
    folder,
    services,
    events,
    until: (fits, what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(fits);
          if (!found) return;
          settle();
          resolve(found);
        };
        const timer = setTimeout(() => {
          settle();
          reject(new Error(`Waited in vain until ${what}.`));
        }, 60_000);
        const settle = (): void => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    start: async (text) => (await services.startStudy(text, 'test.yaml')).runs,
  };
}

/** Waits until nothing has been heard for a while: whatever was under way has come by then, however slow the machine. */
export async function quiet(station: Station): Promise<void> {
  for (let heard = -1; heard !== station.events.length;) {
    heard = station.events.length;
    await sleep(QUIET_MILLISECONDS);
  }
}

const ENDED: readonly RunState[] = ['finished', 'failed', 'stopped', 'interrupted'];

/** Waits until all runs have ended; answers with their summaries in that order. */
export async function allEnded(station: Station, runs: readonly string[]): Promise<RunSummary[]> {
  for (;;) {
    const heard = station.events.length;
    const summaries = await Promise.all(runs.map(async (id) => (await station.services.getRun(id)).summary));
    if (summaries.every(({ state }) => ENDED.includes(state))) return summaries;
    await station.until(
      (event) =>
        event.type === 'run' && ENDED.includes(event.run.state) && station.events.indexOf(event) >= heard,
      `one more of ${runs.join(', ')} ended`,
    );
  }
}

/** The states a run was said to be in, without repetitions. */
export function statesOf(station: Station, id: string): RunState[] {
  const states = station.events.flatMap((event) =>
    event.type === 'run' && event.run.id === id ? [event.run.state] : [],
  );
  return states.filter((state, index) => state !== states[index - 1]);
}

export function recordedEpochs(station: Station, id: string): number[] {
  return station.events.flatMap((event) =>
    event.type === 'epoch' && event.id === id ? [event.epoch.epoch] : [],
  );
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Everything that is stored of an epoch but its seconds, as digests. */
export interface EpochBits {
  metrics: unknown;
  planes: string[];
  channels: string;
}

/**
 * What a run came out as: every epoch's metrics, planes and channel tables, what it answered by class and at marked moments
 * image by image, and its last checkpoint with the optimizer's state.
 */
export async function bitsOf(
  {
    services,
    folder,
  }: {
    services: Pick<
      WorkstationServices,
      'getRun' | 'epochs' | 'planes' | 'channels' | 'classFrame' | 'predictions'
    >;
    folder: string;
  },
  id: string,
): Promise<{ epochs: EpochBits[]; classes: unknown; predictions: unknown[]; checkpoint: string }> {
  const { network, checkpoints, predictions: marked } = await services.getRun(id);
  const epochs: EpochBits[] = [];
  for (const {
    trainingSeconds,
    evaluationSeconds,
    measurementSeconds,
    waitingSeconds,
    ...metrics
  } of await services.epochs(id)) {
    if (
      [trainingSeconds, evaluationSeconds, measurementSeconds, waitingSeconds ?? 0].some((took) => took < 0)
    )
      throw new Error('An epoch took less than no time.');
    const { epoch } = metrics;
    const planes: string[] = [];
    for (const { name } of network!.layers)
      planes.push(digest(decodeFrame('planes', (await services.planes(id, epoch, name)).buffer).body));
    const channels = digest(
      decodeFrame('channels', (await services.channels(id, { from: epoch, to: epoch })).buffer).body,
    );
    epochs.push({ metrics, planes, channels });
  }
  const last = join(folder, 'checkpoints', id, `epoch-${checkpoints.at(-1)!.to}.safetensors`);
  const predictions: unknown[] = [];
  for (const { epoch, moment } of marked)
    predictions.push({ epoch, moment, bytes: digest(await services.predictions(id, epoch, moment)) });
  const classes = decodeRows(await services.classFrame(id, {})).rows;
  return { epochs, classes, predictions, checkpoint: digest(readFileSync(last)) };
}
