import { InvalidArgumentError } from 'commander';
import { CascadeError } from '../../common/errors.ts';
import { table } from './table.ts';

/** Names behind --fields, with commas or spaces between them. */
export function parseFields(value: string, before: readonly string[] = []): string[] {
  const names = value.split(',').filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Name fields, such as id,state.');
  return [...before, ...names];
}

/** A document with the named fields alone, in that order. @throws CascadeError NO_FIELD for one that it does not have */
export function pickFields(document: object, fields: readonly string[]): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(document));
  return Object.fromEntries(
    fields.map((name) => {
      if (values.has(name)) return [name, values.get(name)];
      throw new CascadeError(
        'NO_FIELD',
        `There is no field '${name}'; there are ${[...values.keys()].join(', ')}.`,
      );
    }),
  );
}

/** Picked fields for a person: text as it is, everything else as JSON. */
export function fieldsText(rows: readonly Record<string, unknown>[], fields: readonly string[]): string {
  return table(
    fields.map((title) => ({ title })),
    rows.map((row) => fields.map((name) => textOf(row[name]))),
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
