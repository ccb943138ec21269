import { flatSpecification } from '../../../common/fields/flat-specification.ts';
import { encodeSpecifications } from '../../../common/codec/specifications.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';

/** Flat specifications of the hashes, or of all runs, each once whatever its seeds. */
export function specificationFrame(
  database: Connection,
  hashes: readonly string[] | undefined,
): Uint8Array<ArrayBuffer> {
  const first = 'select hash, specification from runs where number in (select min(number) from runs';
  const rows = (
    hashes === undefined
      ? prepared(database, `${first} group by hash)`).raw().all()
      : prepared(database, `${first} where hash in (select value from json_each(?)) group by hash)`)
          .raw()
          .all(JSON.stringify(hashes))
  ) as [hash: string, specification: string][];
  return encodeSpecifications(rows.map(([hash, text]) => [hash, flatSpecification(readSpecification(text))]));
}
