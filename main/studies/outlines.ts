import { CascadeError, messageOf } from '../../common/errors.ts';
import type { NamedOptions, RunSpecification } from '../../common/run-specification.ts';
import type { DatasetOutline } from '../trainer/data/dataset.ts';
import { datasets } from '../trainer/data/registry.ts';

/** What is known of a data set without its images, or why nothing is. */
export type OutlineOf = (dataset: NamedOptions) => DatasetOutline | CascadeError;

/** Outlines of data sets. Files are looked at anew each time: they may have come meanwhile. */
export async function outlinesOf(named: readonly NamedOptions[]): Promise<OutlineOf> {
  const known = new Map<string, ReturnType<OutlineOf>>();
  for (const dataset of named) {
    const key = JSON.stringify(dataset);
    if (!known.has(key)) known.set(key, await outline(dataset));
  }
  return (dataset) => known.get(JSON.stringify(dataset))!;
}

/** Whether the data of a run are there and can be read. */
export async function hasData({ dataset }: Pick<RunSpecification, 'dataset'>): Promise<boolean> {
  return !((await outline(dataset)) instanceof CascadeError);
}

async function outline(dataset: NamedOptions): Promise<ReturnType<OutlineOf>> {
  try {
    return await datasets.open(dataset).outline();
  } catch (error) {
    return error instanceof CascadeError ? error : new CascadeError('BAD_DATA_FILE', messageOf(error));
  }
}

/** Optimizer steps of an epoch; the last batch may be smaller, as PyTorch's with drop_last=False. */
export function stepsPerEpoch(
  { batchSize }: Pick<RunSpecification, 'batchSize'>,
  { train }: Pick<DatasetOutline, 'train'>,
): number {
  return Math.ceil(train / batchSize);
}
