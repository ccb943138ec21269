import { CascadeError } from '../errors.ts';
import type { FieldCatalogue } from '../fields/catalogue.ts';
import type { Field } from '../fields/field.ts';
import { thresholdKey } from '../thresholds.ts';
import type { GroupKey } from './groups.ts';

/** What seeds of one another have in common: grouped by it, seeds are folded. */
export const SEEDS_FOLDED = 'specification';
/** The word for it that people write, and addresses hold. */
const SEEDS = 'seeds';

/** Fields by which runs are grouped, from 'seeds' or 'criterion,sparsity'; those that there are not are left out. */
export function readGroups(text: string, catalogue: FieldCatalogue): Field[] {
  const fields = text
    .split(',')
    .map((name) => (name === SEEDS ? SEEDS_FOLDED : name))
    .flatMap((name) => {
      const found = name === '' ? undefined : catalogue.find(name);
      return found === undefined || 'problem' in found ? [] : [found.field];
    });
  return [...new Set(fields)];
}

export function writeGroups(fields: readonly Field[]): string {
  return fields.map(({ id }) => (id === SEEDS_FOLDED ? SEEDS : id)).join(',');
}

/**
 * A field as people write it, such as 'criterion' or 'shed(1e-3)'. 'seeds' folds seeds.
 *
 * @param threshold where none is written
 * @throws CascadeError INVALID
 */
export function fieldAt(text: string, catalogue: FieldCatalogue, threshold: string): GroupKey {
  const [, name = '', argument] = /^\s*([^()]+?)\s*(?:\((.*)\))?\s*$/.exec(text) ?? [];
  const found = catalogue.find(name === SEEDS ? SEEDS_FOLDED : name);
  if ('problem' in found) throw new CascadeError('INVALID', found.problem);
  if (argument === undefined) return { field: found.field, threshold };
  const label = found.field.each === undefined ? null : thresholdKey(argument);
  if (label === null)
    throw new CascadeError('INVALID', `“${text}” has no such threshold: write one such as shed(1e-4).`);
  return { field: found.field, threshold: label };
}

/** As `fieldAt` reads it. */
export function fieldText({ field, threshold }: GroupKey): string {
  return field.each === undefined ? field.id : `${field.id}(${threshold})`;
}
