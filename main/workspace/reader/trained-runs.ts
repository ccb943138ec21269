import { readSpecification, type NamedOptions } from '../../../common/run-specification.ts';
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

/** Hash of the data of the newest run of the studies, but one, that names the data set and asks for no content of it; null for none. */
export function trainedData(
  database: Connection,
  studies: readonly string[],
  dataset: NamedOptions,
  except: string,
): string | null {
  const named = JSON.stringify(dataset);
  const rows = prepared(
    database,
    `select specification, environment ->> '$.datasetHash' as hash
     from runs join environments on environments.run = runs.number
     where id <> :except and exists (
       select 1 from memberships
       where memberships.run = runs.number and study in (select value from json_each(:studies)))
     order by number desc`,
  ).iterate({ except, studies: JSON.stringify(studies) }) as Iterable<
    Pick<TrainedRow, 'specification' | 'hash'>
  >;
  for (const { specification, hash } of rows) {
    const { dataset: other, dataHash } = readSpecification(specification);
    if (dataHash === null && JSON.stringify(other) === named) return hash;
  }
  return null;
}

/** Hashes of the content that runs of a study ask for. */
export function pinnedData(database: Connection, study: string): string[] {
  return prepared(
    database,
    `select distinct specification ->> '$.dataHash' from runs join memberships on memberships.run = runs.number
     where study = ? and specification ->> '$.dataHash' is not null`,
  )
    .pluck()
    .all(study) as string[];
}
