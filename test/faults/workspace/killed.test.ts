import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import {
  CONTROL,
  generator,
  imageOf,
  openTest,
  recordOf,
  RUN,
  temporaryFolder,
} from '../../main/workspace/fixtures.ts';

const KILLS = 24;
const RUNS = [CONTROL, RUN];

/** Lets a process record into the folder and kills it after some milliseconds of work; answers with what it acknowledged. */
async function recordAndKill(folder: string, milliseconds: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recorder.ts'), folder, ...RUNS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let ready = (): void => undefined;
  const started = new Promise<void>((resolve) => (ready = resolve));
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.startsWith('ready\n')) ready();
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await Promise.race([started, ended]);
  await sleep(milliseconds);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await ended;
  const acknowledged = new Map<string, number>();
  // The last line may be cut short; a whole one ends with a line break.
  for (const line of output.split('\n').slice(1, -1)) {
    const [run, epoch] = line.split(' ');
    acknowledged.set(run!, Number(epoch));
  }
  return acknowledged;
}

async function expectEpoch(workspace: Workspace, run: string, epoch: number): Promise<void> {
  const record = recordOf(epoch, RUNS.indexOf(run));
  for (const layer of record.layers) {
    const frame = await workspace.planeFrame(run, epoch, layer.name);
    expect(Buffer.compare(decodeFrame('planes', frame.buffer).body, layer.planes)).toBe(0);
  }
  const { body } = decodeFrame(
    'channels',
    (await workspace.channelFrame(run, { from: epoch, to: epoch })).buffer,
  );
  const tables = Buffer.concat(
    record.layers.map(({ channels }) =>
      Buffer.from(channels.buffer, channels.byteOffset, channels.byteLength),
    ),
  );
  expect(Buffer.compare(body, tables)).toBe(0);
}

it(
  `a process killed at ${KILLS} moments loses nothing that it acknowledged`,
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder();
    const random = generator(20_210_310);
    const last = new Map<string, number>(RUNS.map((run) => [run, -1]));
    const from = new Map(last);
    for (let kill = 0; kill < KILLS; kill++) {
      for (const [run, epoch] of await recordAndKill(folder, random() * 120)) last.set(run, epoch);
      const workspace = await openTest(folder);
      for (const run of RUNS) {
        const { summary, events } = await workspace.getRun(run);
        expect(summary.state).toBe('interrupted');
        expect(summary.reason).toMatch(/ended while this run was (running|queued)/);
        expect(events.filter(({ kind }) => kind === 'interrupted')).toHaveLength(kill + 1);
        const epochs = await workspace.epochs(run);
        expect(epochs.length - 1).toBeGreaterThanOrEqual(last.get(run)!);
        for (const [index, epoch] of epochs.entries()) {
          const { trainingSeconds, testLoss, validationAccuracy } = recordOf(
            index,
            RUNS.indexOf(run),
          ).metrics;
          expect(epoch).toMatchObject({ epoch: index, trainingSeconds, testLoss, validationAccuracy });
        }
        // What is new since the last kill, to the bit; and one long stored.
        for (let epoch = from.get(run)! + 1; epoch < epochs.length; epoch++)
          await expectEpoch(workspace, run, epoch);
        if (epochs.length > 0) await expectEpoch(workspace, run, Math.floor(random() * epochs.length));
        from.set(run, epochs.length - 1);
        const newest = Math.floor((epochs.length - 1) / 3) * 3;
        if (newest >= 0) expect(await workspace.checkpoint(run, 'last')).toEqual(imageOf(newest, 20_000));
        const files = epochs.length === 0 ? [] : readdirSync(join(folder, 'checkpoints', run));
        expect(files.length).toBe((await workspace.checkpointEpochs(run)).length);
      }
      const both = Math.min(from.get(RUN)!, from.get(CONTROL)!) + 1;
      expect(await workspace.excess(RUN)).toHaveLength(both);
      await workspace.close();
    }
    expect(Math.min(...from.values())).toBeGreaterThan(KILLS);
  },
);
