import type { Field, FieldSource } from '../fields/field.ts';

/** Fields in which some of the runs differ, in their order: what a table of them has to show. */
export function differing(
  fields: readonly Field[],
  sources: readonly FieldSource[],
  threshold: string,
): Field[] {
  const [first, ...others] = sources;
  if (!first) return [];
  return fields.filter((field) => {
    const told = JSON.stringify(field.values(first, threshold));
    return others.some((source) => JSON.stringify(field.values(source, threshold)) !== told);
  });
}
