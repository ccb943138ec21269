import { CascadeError } from '../../common/errors.ts';

/** The known components of one kind, found by the name that a study gives. */
export interface Registry<T extends { name: string }> {
  all: readonly T[];
  /** Throws UNKNOWN_COMPONENT for a name that the study schema should have refused. */
  find(name: string): T;
}

export function createRegistry<T extends { name: string }>(kind: string, all: readonly T[]): Registry<T> {
  const byName = new Map(all.map((entry) => [entry.name, entry]));
  if (byName.size !== all.length) throw new Error(`Two entries of the registry of ${kind} share a name.`);
  return {
    all,
    find(name) {
      const entry = byName.get(name);
      if (!entry)
        throw new CascadeError(
          'UNKNOWN_COMPONENT',
          `There is no ${kind} named '${name}'; known are ${all.map((known) => known.name).join(', ')}.`,
        );
      return entry;
    },
  };
}
