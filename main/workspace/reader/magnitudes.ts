import { encodeFrame } from '../../../common/codec/frames.ts';
import { encodeMagnitudes } from '../../../common/codec/magnitude-counts.ts';
import { countMagnitudes } from '../../../common/cascade/magnitudes.ts';
import { planeBytes, planeCount, PRUNED_PLANE } from '../../../common/records.ts';
import { CascadeError } from '../../../common/errors.ts';
import { unpackBits } from '../../codec/planes.ts';
import { peekSafetensors } from '../../codec/safetensors.ts';
import { layersOf, type PlaneChains } from '../chains.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { decompress } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { checkpointsBetween } from './checkpoints.ts';
import { networkOf } from './network.ts';
import type { StoredRun } from './stored-run.ts';

/** Bytes of an answer, about. */
const MOST_BYTES = 1024 * 1024;

/** Histograms of |w| that were recorded of the epochs [from, to], as many as an answer has room for, as a frame. */
export function magnitudeFrame(
  database: Connection,
  run: StoredRun,
  { from, to }: { from: number; to: number },
): Uint8Array<ArrayBuffer> {
  const rows = prepared(
    database,
    'select epoch, bytes from magnitudes where run = ? and epoch between ? and ? order by epoch',
  ).iterate(run.number, from, to) as IterableIterator<{ epoch: number; bytes: Uint8Array }>;
  const told: { epoch: number; bytes: Uint8Array }[] = [];
  let next: number | null = null;
  let size = 0;
  for (const { epoch, bytes } of rows) {
    if (size > MOST_BYTES) {
      next = epoch;
      break;
    }
    const plain = decompress(bytes);
    size += plain.length;
    told.push({ epoch, bytes: plain });
  }
  return frameOf(database, run, told, next);
}

/**
 * The histograms of an epoch of which none were recorded, counted from its checkpoint: a frame of one epoch. The file is read kernel by
 * kernel, and its hash is not compared.
 *
 * @throws CascadeError NOT_FOUND where there is no checkpoint, CHECKPOINT_CORRUPT where it cannot be read
 */
export function reckonedMagnitudeFrame(
  database: Connection,
  chains: PlaneChains,
  files: CheckpointFiles,
  run: StoredRun,
  epoch: number,
): Uint8Array<ArrayBuffer> {
  const [checkpoint] = checkpointsBetween(database, run, epoch, epoch);
  if (!checkpoint) throw notFound(`checkpoint of the run ${run.id} after epoch ${epoch}`);
  const { owner, ...row } = checkpoint;
  const kernels = new Map(networkOf(database, run)?.layers.map(({ name, kernel }) => [name, kernel]));
  const counted = files.lookInto(owner, row, (source) => {
    const names = new Set(kernels.values());
    const { tensors } = peekSafetensors(source, (name) => names.has(name));
    return layersOf(database, run.number).map((layer) => {
      const planes = chains.seek(layer, epoch, planeCount(run.labels.length));
      const pruned = unpackBits(planes.subarray(PRUNED_PLANE * planeBytes(layer.weights)), layer.weights);
      const read = tensors.get(kernels.get(layer.name) ?? '');
      if (!read) throw damaged(run, epoch);
      const kept = pruned.map((bit) => 1 - bit);
      return countMagnitudes(read(0, layer.weights), kept);
    });
  });
  if (!counted) throw damaged(run, epoch);
  return frameOf(database, run, [{ epoch, bytes: encodeMagnitudes(counted) }], null);
}

function damaged(run: StoredRun, epoch: number): CascadeError {
  return new CascadeError(
    'CHECKPOINT_CORRUPT',
    `The checkpoint after epoch ${epoch} of the run ${run.id} is damaged or missing: its weights cannot be counted.`,
  );
}

function frameOf(
  database: Connection,
  run: StoredRun,
  told: readonly { epoch: number; bytes: Uint8Array }[],
  next: number | null,
): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(told.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of told) {
    body.set(bytes, at);
    at += bytes.length;
  }
  return encodeFrame(
    {
      kind: 'magnitudes',
      layers: layersOf(database, run.number).map(({ name }) => name),
      epochs: told.map(({ epoch }) => epoch),
      sizes: told.map(({ bytes }) => bytes.length),
      next,
    },
    body,
  );
}
