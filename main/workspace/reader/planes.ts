import { encodeFrame } from '../../../common/codec/frames.ts';
import { encodeNpz } from '../../codec/npz.ts';
import { unpackBits } from '../../codec/planes.ts';
import { CascadeError } from '../../../common/errors.ts';
import {
  INERT_PLANE,
  planeBytes,
  planeCount,
  planeNames,
  PRUNED_PLANE,
  shedPlane,
} from '../../../common/records.ts';
import { thresholdIndex } from '../../../common/thresholds.ts';
import { layersOf, type PlaneChains, type StoredLayer } from '../chains.ts';
import type { Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { networkOf } from './network.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * Bit planes of one layer after an epoch, as a plane frame: those named, see `planeNames`, in that order.
 * @throws CascadeError NOT_FOUND where the run has no such layer, epoch or plane
 */
export function planeFrame(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  epoch: number,
  name: string,
  wanted: readonly string[] = planeNames(run.labels),
): Uint8Array<ArrayBuffer> {
  const layer = layersOf(database, run.number).find((candidate) => candidate.name === name);
  if (!layer) throw notFound(`layer '${name}' of the run ${run.id}`);
  const planes = chains.seek(layer, epoch, planeCount(run.labels.length));
  const names = planeNames(run.labels);
  const size = planeBytes(layer.weights);
  const body = new Uint8Array(wanted.length * size);
  wanted.forEach((plane, index) => {
    const at = names.indexOf(plane);
    if (at < 0) throw notFound(`plane '${plane}' of the run ${run.id}`);
    body.set(planes.subarray(at * size, (at + 1) * size), index * size);
  });
  const shape = shapesOf(database, run)(layer);
  return encodeFrame(
    {
      kind: 'planes',
      thresholds: run.labels,
      planes: [...wanted],
      epoch,
      layer: name,
      shape,
      weights: layer.weights,
    },
    body,
  );
}

/**
 * Masks after an epoch as a NumPy .npz: for each layer the boolean arrays <layer>.pruned, <layer>.shed (at the
 * threshold) and <layer>.inert, of the kernel's shape: dense [in, out], convolution [height, width, in, out],
 * depthwise [height, width, in, multiplier].
 */
export function masks(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  epoch: number,
  label: string,
): Uint8Array<ArrayBuffer> {
  const threshold = thresholdIndex(run.specification.thresholds, label);
  if (threshold < 0)
    throw new CascadeError(
      'NOT_FOUND',
      `The run ${run.id} does not measure the threshold '${label}': choose one of ${run.labels.join(', ')}.`,
    );
  const states = { pruned: PRUNED_PLANE, shed: shedPlane(threshold), inert: INERT_PLANE };
  return arraysOf(database, chains, run, epoch, states);
}

/** Which weights are pruned after an epoch, as a NumPy .npz of <layer>.pruned: what another run needs to take the masks. */
export function prunedMasks(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  epoch: number,
): Uint8Array<ArrayBuffer> {
  return arraysOf(database, chains, run, epoch, { pruned: PRUNED_PLANE });
}

/** @param states planes by the names of their arrays */
function arraysOf(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  epoch: number,
  states: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const layers = layersOf(database, run.number);
  if (layers.length === 0) throw notFound(`epoch ${epoch} of the run ${run.id}`);
  const shapeOf = shapesOf(database, run);
  return encodeNpz(
    layers.flatMap((layer) => {
      const planes = chains.seek(layer, epoch, planeCount(run.labels.length));
      return Object.entries(states).map(([state, plane]) => ({
        name: `${layer.name}.${state}`,
        shape: shapeOf(layer),
        values: unpackBits(planes.subarray(plane * planeBytes(layer.weights)), layer.weights),
      }));
    }),
  );
}

/** Shapes of the kernels, as the run's network tells them; flat where it is not known. */
function shapesOf(database: Connection, run: StoredRun): (layer: StoredLayer) => number[] {
  const network = networkOf(database, run);
  return ({ name, weights }) => network?.layers.find((layer) => layer.name === name)?.shape ?? [weights];
}
