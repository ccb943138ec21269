import { CascadeError } from '../../common/errors.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import { shortHash } from '../../common/short-hash.ts';
import { contentHash, sourceOf, stampOf } from '../trainer/data/content.ts';
import type { TrainedRun } from '../workspace/messages.ts';

/**
 * A run's data are named by a path, and are compared by their content. Where other files lie under that path than a run
 * was trained on, the run is none of what is there now: a study does not mix the two unless it is asked to, and then the
 * new runs have the content in their specification, so that they are others, with controls and trunks of their own. That
 * is asked once for each content: the study's runs that have it in their specification are the answer from then on.
 */

/** Data whose content is part of what runs are. */
export interface DataPin {
  dataset: NamedOptions;
  /** As `Dataset.hash`. */
  hash: string;
}

/** Runs that were trained on other content of a file or folder than is there now. */
export interface ChangedData {
  /** The file or folder. */
  source: string;
  /** None where only runs of accepted content are left of a study, and that content is there. */
  runs: { id: string; arms: string[]; datasetHash: string; hash: string }[];
}

/**
 * Runs that have begun and whose data were replaced, by file or folder. Only those that share their files with one
 * of the data sets are looked at; of runs that have their content in their specification, only those that are asked for,
 * or where a file has no others. A file is read where its stamp is another than it was. Rejects with BAD_DATA_FILE.
 *
 * @param taken ids of runs that are asked for as they are
 */
export async function compareData(
  runs: readonly TrainedRun[],
  datasets: readonly NamedOptions[],
  taken: readonly string[],
): Promise<ChangedData[]> {
  const sources = new Set(datasets.map(sourceOf));
  const isCompared = ({ id, dataHash }: TrainedRun): boolean => dataHash === null || taken.includes(id);
  const compared = new Set(runs.filter(isCompared).map(({ dataset }) => sourceOf(dataset)));
  const asked = new Set(datasets.map((dataset) => JSON.stringify(dataset)));
  const found = new Map<string, { stamp: string | null } | null>();
  const changed = new Map<string, ChangedData>();
  for (const run of runs) {
    const { id, arms, dataset, datasetHash, dataStamp } = run;
    const source = sourceOf(dataset);
    if (source === null || !sources.has(source)) continue;
    if (!compared.has(source)) changed.set(source, changed.get(source) ?? { source, runs: [] });
    else if (!isCompared(run)) continue;
    const key = JSON.stringify(dataset);
    if (!found.has(key)) found.set(key, await lookAt(dataset, asked.has(key)));
    const now = found.get(key)!;
    if (now === null || (dataStamp !== null && now.stamp === dataStamp)) continue;
    const hash = await contentHash(dataset, now.stamp);
    if (hash === datasetHash) continue;
    const entry = changed.get(source) ?? { source, runs: [] };
    entry.runs.push({ id, arms, datasetHash, hash });
    changed.set(source, entry);
  }
  return [...changed.values()];
}

/** Null where the files are no such data set any more, and none is asked for. */
async function lookAt(dataset: NamedOptions, asked: boolean): Promise<{ stamp: string | null } | null> {
  try {
    return { stamp: await stampOf(dataset) };
  } catch (error) {
    if (!asked && error instanceof CascadeError && error.code === 'BAD_DATA_FILE') return null;
    throw error;
  }
}

/**
 * Whether the present content of all changed data was accepted before: runs of the study ask for it.
 *
 * @param pins as `pinData` gives them for the changed data
 * @param accepted hashes of the content that runs of the study ask for
 */
export function wasAccepted(
  changed: readonly ChangedData[],
  pins: readonly DataPin[],
  accepted: readonly string[],
): boolean {
  const asked = new Set(changed.filter((entry) => entry.runs.length > 0).map(({ source }) => source));
  return pins.every(({ dataset, hash }) => !asked.has(sourceOf(dataset)!) || accepted.includes(hash));
}

/** The content that data sets have now, of those that share their files with changed ones. Rejects with BAD_DATA_FILE. */
export async function pinData(
  datasets: readonly NamedOptions[],
  changed: readonly ChangedData[],
): Promise<DataPin[]> {
  const sources = new Set(changed.map(({ source }) => source));
  const pins: DataPin[] = [];
  for (const dataset of datasets) {
    const source = sourceOf(dataset);
    if (source === null || !sources.has(source)) continue;
    pins.push({ dataset, hash: await contentHash(dataset, await stampOf(dataset)) });
  }
  return pins;
}

/** What a person is told of it, a sentence for each file or folder. */
export function changedDataText(changed: readonly ChangedData[], accepted: boolean): string[] {
  const others = changed.filter(({ runs }) => runs.length > 0);
  return others.map(({ source, runs }) => {
    const names = [...new Set(runs.flatMap(({ id, arms }) => (arms.length > 0 ? arms : [id])))];
    const shown = names.slice(0, NAMED).map((name) => `'${name}'`);
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const hashes = (of: string[]): string => [...new Set(of.map(shortHash))].join(', ');
    const before = hashes(runs.map(({ datasetHash }) => datasetHash));
    const now = hashes(runs.map(({ hash }) => hash));
    const what = `The data in ${source} were replaced: ${shown.join(', ')}${more} used other data (${before}) than are there now (${now}).`;
    return accepted
      ? `${what} Those runs stay as they are, and runs of the new data stand beside them.`
      : what;
  });
}

/** Arms that a sentence names. */
const NAMED = 5;

/** The refusal of a study that would mix runs of different data. */
export function mixedData(changed: readonly ChangedData[]): CascadeError {
  return new CascadeError(
    'DATA_CHANGED',
    `${changedDataText(changed, false).join(' ')} Put the old files back, name the new ones by another path, or accept them with --accept-changed-data (in the window, the box above the button), which keeps runs of both apart.`,
  );
}
