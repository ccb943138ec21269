import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import type { TrainedRun } from '../messages.ts';

interface TrainedRow {
  id: string;
  specification: string;
  arms: string;
  hash: string;
  stamp: string | null;
}

/** What runs were trained on: those with the ids and those of the studies that have begun, the newest first. */
export function trainedRuns(
  database: Connection,
  ids: readonly string[],
  studies: readonly string[],
): TrainedRun[] {
  const rows = prepared(
    database,
    `select id, specification, environment ->> '$.datasetHash' as hash, environment ->> '$.dataStamp' as stamp,
       (select json_group_array(distinct arm) from memberships where memberships.run = runs.number) as arms
     from runs join environments on environments.run = runs.number
     where id in (select value from json_each(:ids))
       or exists (
         select 1 from memberships
         where memberships.run = runs.number and study in (select value from json_each(:studies)))
     order by number desc`,
  ).all({ ids: JSON.stringify(ids), studies: JSON.stringify(studies) }) as TrainedRow[];
  return rows.map(({ id, specification, arms, hash, stamp }) => {
    const { dataset, dataHash } = readSpecification(specification);
    return {
      id,
      arms: JSON.parse(arms) as string[],
      dataset,
      dataHash,
      datasetHash: hash,
      dataStamp: stamp,
    };
  });
}
