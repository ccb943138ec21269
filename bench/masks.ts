import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { planeBytes, planeCount } from '../common/records.ts';
import { wordsOfPlanes, type PlaneWords } from '../main/codec/plane-words.ts';
import { layersOf, PlaneChains, type StoredLayer } from '../main/workspace/chains.ts';
import { openDatabase, type Connection } from '../main/workspace/database.ts';
import { PlaneWriter } from '../main/workspace/writer/planes.ts';
import { readByThreshold, storeByThreshold } from './planes-by-threshold.ts';

/**
 * How much room the masks of real training take, and how fast they are read: `node bench/masks.ts WORKSPACE`, of every run of a
 * workspace that nothing else has open, such as that of `studies/masks.yaml`. Its planes are stored twice in a file of their own, as they are stored today and
 * as each threshold by itself, and read in turns.
 */

interface Spread {
  median: number;
  maximum: number;
}

export interface MasksOfARun {
  run: string;
  arm: string;
  weights: number;
  epochs: number;
  planes: number;
  rawBytes: number;
  /** Shares of the raw bits. */
  stored: number;
  storedByThreshold: number;
  /** Of each state, given the one before, by the frequencies of each layer and epoch; they would have to be told too. */
  entropy: number;
  channelTables: number;
  /** All layers of an epoch at random, with nothing decoded beforehand; the same once more, in a reader that stays open. */
  coldSeekMs: Spread;
  coldSeekByThresholdMs: Spread;
  warmSeekMs: Spread;
  /** Writing of an epoch, all layers. */
  recordMs: number;
}

const SEEKS = 24;

export function measureMasks(folder: string): MasksOfARun[] {
  const source = openDatabase(folder, 'bench');
  try {
    const runs = source
      .prepare(
        `select number, id, specification, coalesce((select arm from memberships where run = number limit 1), '') as arm
         from runs where exists (select 1 from epochs where run = number) order by number`,
      )
      .all() as { number: number; id: string; specification: string; arm: string }[];
    return runs.map((run) => measureRun(source, run));
  } finally {
    source.close();
  }
}

function measureRun(
  source: Connection,
  run: { number: number; id: string; specification: string; arm: string },
): MasksOfARun {
  const { thresholds } = JSON.parse(run.specification) as { thresholds: unknown[] };
  const count = planeCount(thresholds.length);
  const layers = layersOf(source, run.number);
  const epochs = Number(source.prepare('select count(*) from epochs where run = ?').pluck().get(run.number));
  const folder = mkdtempSync(join(tmpdir(), 'cascade-masks-'));
  const target = new Database(join(folder, 'planes.sqlite'));
  try {
    target.exec(`
      create table planes (layer integer, epoch integer, key_epoch integer, base integer, bytes blob, primary key (layer, epoch));
      create table peer (layer integer, epoch integer, key integer, bytes blob, primary key (layer, epoch));
    `);
    let recordMs = 0;
    let entropy = 0;
    const chains = new PlaneChains(source);
    const writer = new PlaneWriter(target);
    for (const layer of layers) {
      const stacks = Array.from({ length: epochs }, (_, epoch) => chains.seek(layer, epoch, count).slice());
      stacks.forEach((stack, epoch) => {
        entropy += conditionalEntropy(layer, epoch === 0 ? null : stacks[epoch - 1]!, stack, count);
        recordMs += timed(() => writer.append(layer, epoch, stack.slice(), count));
      });
      storeByThreshold(target, layer.id, stacks, count);
      for (const epoch of [0, epochs >> 1, epochs - 1])
        if (!Buffer.from(new PlaneChains(target).seek(layer, epoch, count)).equals(stacks[epoch]!))
          throw new Error(`The planes of '${layer.name}' at epoch ${epoch} came back other than they were.`);
      writer.forget(layer.id);
    }
    const rawBytes = layers.reduce((sum, { weights }) => sum + planeBytes(weights), 0) * count * epochs;
    const bytesIn = (table: string): number =>
      Number(target.prepare(`select sum(length(bytes)) from ${table}`).pluck().get());
    const channelTables = Number(
      source.prepare('select sum(length(bytes)) from channel_tables where run = ?').pluck().get(run.number),
    );
    return {
      run: run.id,
      arm: run.arm,
      weights: layers.reduce((sum, { weights }) => sum + weights, 0),
      epochs,
      planes: count,
      rawBytes,
      stored: bytesIn('planes') / rawBytes,
      storedByThreshold: bytesIn('peer') / rawBytes,
      entropy: entropy / 8 / rawBytes,
      channelTables: channelTables / rawBytes,
      ...seeks(target, layers, epochs, count),
      recordMs: recordMs / epochs,
    };
  } finally {
    target.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads in turns, so that what else the machine does falls on both. */
function seeks(
  target: Connection,
  layers: readonly StoredLayer[],
  epochs: number,
  count: number,
): Pick<MasksOfARun, 'coldSeekMs' | 'coldSeekByThresholdMs' | 'warmSeekMs'> {
  const [cold, peer, warm]: [number[], number[], number[]] = [[], [], []];
  const open = new PlaneChains(target);
  for (let seek = 0; seek < SEEKS; seek++) {
    const epoch = Math.floor(((seek * 0.6180339887) % 1) * epochs);
    const fresh = new PlaneChains(target);
    cold.push(timed(() => layers.forEach((layer) => fresh.seek(layer, epoch, count))));
    peer.push(
      timed(() =>
        layers.forEach((layer) =>
          readByThreshold(target, layer.id, epoch, count * planeBytes(layer.weights)),
        ),
      ),
    );
    warm.push(timed(() => layers.forEach((layer) => open.seek(layer, epoch, count))));
  }
  return { coldSeekMs: spread(cold), coldSeekByThresholdMs: spread(peer), warmSeekMs: spread(warm) };
}

/** Bits: Σ over states a, b of n(a, b) · log₂(n(a) ÷ n(a, b)). */
function conditionalEntropy(
  { weights }: StoredLayer,
  before: Uint8Array | null,
  after: Uint8Array,
  count: number,
): number {
  const [from, to] = [before && wordsOfPlanes(before, count), wordsOfPlanes(after, count)];
  const [ways, classes] = [new Map<number, number>(), new Map<number, number>()];
  for (let weight = 0; weight < weights; weight++) {
    const [one, other] = [from ? stateOf(from, weight) : 0, stateOf(to, weight)];
    const way = one * 2 ** 24 + other;
    ways.set(way, (ways.get(way) ?? 0) + 1);
    classes.set(one, (classes.get(one) ?? 0) + 1);
  }
  let bits = 0;
  for (const [way, times] of ways) bits += times * Math.log2(classes.get(Math.floor(way / 2 ** 24))! / times);
  return bits;
}

function stateOf({ words, stride, count }: PlaneWords, weight: number): number {
  let state = 0;
  for (let plane = 0; plane < count; plane++)
    state |= ((words[plane * stride + (weight >>> 5)]! >>> (weight & 31)) & 1) << plane;
  return state;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function spread(times: number[]): Spread {
  const sorted = [...times].sort((one, other) => one - other);
  return { median: sorted[sorted.length >>> 1]!, maximum: sorted.at(-1)! };
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Usage: node bench/masks.ts WORKSPACE');
  const load = loadavg()[0];
  const runs = measureMasks(folder);
  process.stdout.write(`${JSON.stringify({ command: 'node bench/masks.ts', load, runs }, null, 2)}\n`);
}
