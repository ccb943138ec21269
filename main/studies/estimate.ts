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
  const own = new Map(speeds.toReversed().map((speed) => [likenessOf(speed), speed]));
  const perOperation = medianOf(
    speeds.map(({ secondsPerEpoch, steps, batchSize, macs }) => secondsPerEpoch / (macs * steps * batchSize)),
  );
  const perWeight = medianOf(speeds.map(({ bytesPerEpoch, weights }) => bytesPerEpoch / weights));
  const costs = open.map(({ run, done }) => {
    const { size, specification, trunk } = run;
    const epochs = Math.max(0, run.epochs - Math.max(done, trunk?.epoch ?? 0));
    const measured = own.get(likenessOf(specification));
    const scaled = perOperation === undefined ? null : perOperation * size.macs * size.images;
    const seconds = measured?.secondsPerEpoch ?? scaled;
    const raw = (2 + specification.thresholds.length) / 8;
    const bytes = measured?.bytesPerEpoch ?? size.weights * (perWeight ?? COMPRESSED * raw);
    return {
      measured: measured !== undefined,
      seconds: seconds === null ? null : seconds * epochs,
      bytes: bytes * epochs + checkpointBytes(run, epochs, checkpointEvery),
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
  const likeness = likenessOf(specification);
  return speeds.find((speed) => likenessOf(speed) === likeness);
}

function likenessOf({
  dataset,
  model,
  batchSize,
}: Pick<RunSpecification, 'dataset' | 'model' | 'batchSize'>): string {
  return JSON.stringify([dataset, model, batchSize]);
}

function medianOf(values: number[]): number | undefined {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Parameters and the optimizer's state in float32, and a bit a weight for its mask. */
function checkpointBytes({ size }: StudyRun, epochs: number, every: number | null): number {
  const between = every ?? size.checkpointEvery;
  return (
    Math.ceil(epochs / between + 1) * (4 * size.parameters * (1 + size.slots) + Math.ceil(size.weights / 8))
  );
}
