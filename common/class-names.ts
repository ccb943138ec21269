import type { RunDetail } from './contract/schemas.ts';

/** Names of the classes of a run's data set; null where its files do not tell, or an earlier version did not keep them. */
export function classNamesOf({ environment }: Pick<RunDetail, 'environment'>): readonly string[] | null {
  const names = environment?.['classNames'];
  return Array.isArray(names) ? names.map(String) : null;
}
