import type { NetworkDescription } from '../../../common/network.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import type { MeasuredSpeed } from '../messages.ts';

/** Runs that are looked at: speeds of long ago are those of another machine or version. */
const LATEST = 200;

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
    const epochs = prepared(
      database,
      `select training_seconds + evaluation_seconds + measurement_seconds as seconds, steps
       from epochs where run = ? and epoch > 0 order by epoch`,
    ).all(number) as { seconds: number; steps: number }[];
    const steps = Math.max(...epochs.map((epoch) => epoch.steps));
    const later = epochs.slice(1).filter((epoch) => epoch.steps === steps);
    const alone = later.length === 0;
    const whole = (alone ? epochs.filter((epoch) => epoch.steps === steps) : later).map(
      ({ seconds }) => seconds,
    );
    const speed = {
      specification: readSpecification(specification),
      network: JSON.parse(network) as NetworkDescription,
      secondsPerEpoch: whole.sort((a, b) => a - b)[Math.floor((whole.length - 1) / 2)]!,
      steps,
      bytesPerEpoch: recordBytes(database, number) / epochs.length,
    };
    return { alone, speed };
  });
  return [false, true].flatMap((alone) =>
    measured.flatMap((entry) => (entry.alone === alone ? [entry.speed] : [])),
  );
}

function recordBytes(database: Connection, run: number): number {
  return prepared(
    database,
    `select (select coalesce(sum(length(bytes)), 0) from planes where layer in (select id from layers where run = :run))
       + (select coalesce(sum(length(bytes)), 0) from channel_tables where run = :run)
       + (select coalesce(sum(length(examples) + length(correct)), 0) from class_epochs where run = :run)
       + (select coalesce(sum(length(labels) + length(predicted) + length(margins)), 0) from predictions where run = :run)`,
  )
    .pluck()
    .get({ run }) as number;
}
