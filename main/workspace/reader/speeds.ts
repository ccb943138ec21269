import type { NetworkDescription } from '../../../common/network.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import type { MeasuredSpeed } from '../messages.ts';

/** Runs that are looked at: speeds of long ago are those of another machine or version. */
const LATEST = 200;
/** The last epochs of a run, which tell its speed as well as all. */
const LAST_EPOCHS = 1_000;

/**
 * How fast the newest runs trained; those that only took epochs over from a trunk count like any other. The first epoch of a
 * run traces and compiles: it counts only where there is no other, and such a run comes after those that have more.
 */
export function speeds(database: Connection): MeasuredSpeed[] {
  const runs = prepared(
    database,
    `select number, specification, network from runs join environments on environments.run = runs.number
     where exists (select 1 from epochs where run = number and epoch > 0) order by number desc limit ?`,
  ).all(LATEST) as { number: number; specification: string; network: string }[];
  const measured = runs.map(({ number, specification, network }) => {
    const epochs = (
      prepared(
        database,
        `select epoch, training_seconds + evaluation_seconds + measurement_seconds as seconds, steps
         from epochs where run = ? and epoch > 0 order by epoch desc limit ?`,
      ).all(number, LAST_EPOCHS) as { epoch: number; seconds: number; steps: number }[]
    ).reverse();
    const steps = Math.max(...epochs.map((epoch) => epoch.steps));
    const later = epochs.slice(1).filter((epoch) => epoch.steps === steps);
    const alone = later.length === 0;
    const whole = (alone ? epochs.filter((epoch) => epoch.steps === steps) : later).map(
      ({ seconds }) => seconds,
    );
    const { dataset, model, batchSize } = readSpecification(specification);
    const { layers } = JSON.parse(network) as NetworkDescription;
    const speed = {
      dataset,
      model,
      batchSize,
      weights: layers.reduce((sum, layer) => sum + layer.weights, 0),
      macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
      secondsPerEpoch: whole.sort((a, b) => a - b)[Math.floor((whole.length - 1) / 2)]!,
      steps,
      bytesPerEpoch: recordBytes(database, number, epochs[0]!.epoch) / epochs.length,
    };
    return { alone, speed };
  });
  return [false, true].flatMap((alone) =>
    measured.flatMap((entry) => (entry.alone === alone ? [entry.speed] : [])),
  );
}

/** Bytes of the records of the epochs from one on; those of the initial state count with the first epoch. */
function recordBytes(database: Connection, run: number, first: number): number {
  const from = first === 1 ? 0 : first;
  return prepared(
    database,
    `select (select coalesce(sum(length(bytes)), 0) from planes
              where layer in (select id from layers where run = :run) and epoch >= :from)
       + (select coalesce(sum(length(bytes)), 0) from channel_tables where run = :run and epoch >= :from)
       + (select coalesce(sum(length(bytes)), 0) from magnitudes where run = :run and epoch >= :from)
       + (select coalesce(sum(length(examples) + length(correct)), 0) from class_epochs where run = :run and epoch >= :from)
       + (select coalesce(sum(length(labels) + length(predicted) + length(margins)), 0) from predictions
           where run = :run and epoch >= :from)`,
  )
    .pluck()
    .get({ run, from }) as number;
}
