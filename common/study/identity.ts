import * as z from 'zod';
import type { Catalogue } from '../catalogue.ts';
import type { RunSpecification } from '../run-specification.ts';
import { objectSchema, schemaUnder, unwrap } from './schema-walk.ts';
import { specificationSchema } from './schema.ts';

/**
 * The text that a run's hash is taken of: JSON with sorted keys, in which every field that equals its default is left
 * out. The defaults are the schema's own, so a new field with a default moves no old run.
 */
export function canonicalSpecification(specification: RunSpecification, catalogue: Catalogue): string {
  return JSON.stringify(withoutDefaults(specification, specificationSchema(catalogue)));
}

function withoutDefaults(value: unknown, schema: z.core.$ZodType): unknown {
  if (Array.isArray(value)) {
    const inner = unwrap(schema);
    return inner instanceof z.ZodArray && isUntransformed(schema)
      ? value.map((item) => withoutDefaults(item, inner.element))
      : value.map(sorted);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (objectSchema(schema, value) === null) return sorted(value);
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .flatMap(([key, inner]) => {
        const field = schemaUnder(schema, value, key);
        if (inner === undefined) return [];
        if (field === null) return [[key, sorted(inner)]];
        const short = withoutDefaults(inner, field);
        return JSON.stringify(short) === defaultOf(field) ? [] : [[key, short]];
      }),
  );
}

/** The canonical text of each field's default, undefined where it has none: a study of thousands of runs asks for few. */
const defaults = new WeakMap<z.core.$ZodType, { text: string | undefined }>();

function defaultOf(field: z.core.$ZodType): string | undefined {
  let known = defaults.get(field);
  if (!known) {
    const standard = z.safeParse(field, undefined);
    known = { text: standard.success ? JSON.stringify(withoutDefaults(standard.data, field)) : undefined };
    defaults.set(field, known);
  }
  return known.text;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** Whether values of the schema look as they were written: of a transformation, the input's schema says nothing of them. */
function isUntransformed(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodPipe) return !(schema.def.out instanceof z.ZodTransform);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable)
    return isUntransformed(schema.def.innerType);
  return true;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
