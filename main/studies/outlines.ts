import { CascadeError, messageOf } from '../../common/errors.ts';
import type { NamedOptions, RunSpecification } from '../../common/run-specification.ts';
import { readStudy } from '../../common/study/index.ts';
import { catalogue } from '../trainer/catalogue.ts';
import { datasets } from '../trainer/data/registry.ts';
import type { OutlineOf } from './rules.ts';

/** Outlines of all data sets that a study names. Files are looked at anew each time: they may have come meanwhile. */
export async function outlinesOf(text: string): Promise<OutlineOf> {
  const named: NamedOptions[] = [];
  // Read once without rules, only to learn which data sets are meant.
  readStudy(text, catalogue, {
    check: ({ dataset }) => (named.push(dataset), []),
    sharedEpochs: () => 0,
    derive: () => ({}),
  });
  return outlines(named);
}

/** The outline of one run's data. */
export async function outlineOf({ dataset }: Pick<RunSpecification, 'dataset'>): ReturnType<typeof outline> {
  return outline(dataset);
}

async function outlines(named: readonly NamedOptions[]): Promise<OutlineOf> {
  const known = new Map<string, ReturnType<OutlineOf>>();
  for (const dataset of named) {
    const key = JSON.stringify(dataset);
    if (!known.has(key)) known.set(key, await outline(dataset));
  }
  return (dataset) => known.get(JSON.stringify(dataset))!;
}

async function outline(dataset: NamedOptions): Promise<ReturnType<OutlineOf>> {
  try {
    return await datasets.find(dataset.name).outline(dataset);
  } catch (error) {
    return error instanceof CascadeError ? error : new CascadeError('BAD_DATA_FILE', messageOf(error));
  }
}
