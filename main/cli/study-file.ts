import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CascadeError, messageOf } from '../../common/errors.ts';
import type { CascadeClient } from '../api/router.ts';
import { readRegular } from '../base/regular-files.ts';

/** Larger than any study: a mistaken file name should not be read into memory. */
const MAX_BYTES = 1_000_000;

/** The text of a study named by path or, where no such file is there, by the name of a bundled one. */
export async function readStudy(
  client: CascadeClient,
  name: string,
): Promise<{ text: string; fileName: string }> {
  const found = await stat(name).catch(() => null);
  if (found === null) {
    const studies = await client.studies.bundled();
    const bundled = studies.find((study) => study.name === name);
    if (bundled !== undefined) return { text: bundled.text, fileName: `${bundled.name}.yaml` };
    const names = studies.map((study) => study.name).join(', ');
    throw new CascadeError('NOT_FOUND', `${name} is neither a file nor a bundled study (${names}).`);
  }
  if (!found.isFile()) throw new CascadeError('INVALID', `${name} is not a file.`);
  if (found.size > MAX_BYTES) throw new CascadeError('INVALID', `${name} is too large for a study file.`);
  try {
    const text = Buffer.from(readRegular(name, MAX_BYTES)).toString('utf8');
    return { text, fileName: basename(name) };
  } catch (error) {
    throw new CascadeError('INVALID', `${name} could not be read: ${messageOf(error)}.`);
  }
}
