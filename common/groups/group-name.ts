import type { FieldValue } from '../fields/field.ts';
import type { GroupKey } from './groups.ts';

/** What a group of a figure is called: names as they are, numbers with what they are of. */
export function groupName(values: readonly (readonly FieldValue[])[], keys: readonly GroupKey[]): string {
  const parts = keys.map(({ field }, index) => {
    const told = (values[index] ?? []).join(', ');
    if (told === '') return `no ${field.title.toLowerCase()}`;
    return field.type === 'text' ? told : `${field.title} ${told}`;
  });
  return parts.length === 0 ? 'all runs' : parts.join(', ');
}
