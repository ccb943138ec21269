import type { StudyEstimate } from '../../common/contract/schemas.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import type { MeasuredSpeed } from '../workspace/messages.ts';
import type { StudyRun } from './plan-study.ts';

/** Share of its bits that the record of an epoch takes where none was measured: masks of a network that trains. */
const COMPRESSED = 0.05;

/** A run that has still to be trained, wholly or in part. */
export interface OpenRun {
  run: StudyRun;
  /** Epochs that are there already. */
  done: number;
}

/**
 * How long the open runs of a study take, one after another, and how much disk: from runs of the same network, data and
 * batch where there are any, otherwise from other networks by their multiply-accumulates, and weights. Shared epochs
 * count once.
 */
export function estimateStudy(
  open: readonly OpenRun[],
  checkpointEvery: number | null,
  speeds: readonly MeasuredSpeed[],
): StudyEstimate {
  const costs = open.map(({ run, done }) => {
    const epochs = Math.max(0, run.epochs - Math.max(done, run.trunk?.epoch ?? 0));
    const own = measuredSpeed(run.specification, speeds);
    const seconds = own?.secondsPerEpoch ?? scaledSeconds(run, speeds);
    return {
      measured: own !== undefined,
      seconds: seconds === null ? null : seconds * epochs,
      bytes: recordBytes(run, own, speeds) * epochs + checkpointBytes(run, epochs, checkpointEvery),
    };
  });
  const known = costs.every(({ seconds }) => seconds !== null);
  return {
    runs: open.length,
    seconds: known ? costs.reduce((sum, { seconds }) => sum + seconds!, 0) : null,
    measured: costs.every(({ measured }) => measured),
    bytes: costs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The newest speed of the same network, data and batch. */
export function measuredSpeed(
  specification: RunSpecification,
  speeds: readonly MeasuredSpeed[],
): MeasuredSpeed | undefined {
  return speeds.find((speed) => isLike(speed.specification, specification));
}

function isLike(one: RunSpecification, other: RunSpecification): boolean {
  return (['dataset', 'model', 'batchSize'] as const).every(
    (key) => JSON.stringify(one[key]) === JSON.stringify(other[key]),
  );
}

function scaledSeconds({ size }: StudyRun, speeds: readonly MeasuredSpeed[]): number | null {
  const perOperation = speeds.map(({ secondsPerEpoch, steps, specification, network }) => {
    const macs = network.layers.reduce((sum, layer) => sum + layer.macs, 0);
    return secondsPerEpoch / (macs * steps * specification.batchSize);
  });
  const middle = perOperation.sort((a, b) => a - b)[Math.floor(perOperation.length / 2)];
  return middle === undefined ? null : middle * size.macs * size.images;
}

function recordBytes(
  { size, specification }: StudyRun,
  own: MeasuredSpeed | undefined,
  speeds: readonly MeasuredSpeed[],
): number {
  if (own) return own.bytesPerEpoch;
  const perWeight = speeds.map(
    ({ bytesPerEpoch, network }) =>
      bytesPerEpoch / network.layers.reduce((sum, { weights }) => sum + weights, 0),
  );
  const middle = perWeight.sort((a, b) => a - b)[Math.floor(perWeight.length / 2)];
  const raw = (2 + specification.thresholds.length) / 8;
  return size.weights * (middle ?? COMPRESSED * raw);
}

/** Parameters and the optimizer's state in float32, and a bit a weight for its mask. */
function checkpointBytes({ size }: StudyRun, epochs: number, every: number | null): number {
  const between = every ?? size.checkpointEvery;
  return (
    Math.ceil(epochs / between + 1) * (4 * size.parameters * (1 + size.slots) + Math.ceil(size.weights / 8))
  );
}
