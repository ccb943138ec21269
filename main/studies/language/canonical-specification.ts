import * as z from 'zod';
import type { Components } from '../../trainer/component.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { objectSchema, unwrap } from './schema-walk.ts';
import { specificationSchema } from './schema.ts';

/**
 * The text that a run's hash is taken of: JSON with sorted keys, in which every field that equals its default is left
 * out. The defaults are the schema's own, so a new field with a default moves no old run.
 */
export function canonicalSpecification(specification: RunSpecification, components: Components): string {
  return textOf(specification, specificationSchema(components))!;
}

/** A value without what equals its default, and its text once that was asked for. */
interface Shortened {
  schema: z.core.$ZodType;
  value: unknown;
  text?: string;
}

/**
 * What objects were shortened to. Specifications are never changed once they are made, and runs of a study have most of
 * their components in common.
 */
const known = new WeakMap<object, Shortened>();

function shortened(value: object, schema: z.core.$ZodType): Shortened {
  const before = known.get(value);
  if (before?.schema === schema) return before;
  const short = { schema, value: shorten(value, schema) };
  known.set(value, short);
  return short;
}

function withoutDefaults(value: unknown, schema: z.core.$ZodType): unknown {
  return typeof value === 'object' && value !== null ? shortened(value, schema).value : value;
}

function shorten(value: object, schema: z.core.$ZodType): unknown {
  if (Array.isArray(value)) {
    const inner = unwrap(schema);
    return inner instanceof z.ZodArray && isUntransformed(schema)
      ? value.map((item) => withoutDefaults(item, inner.element))
      : value.map(sorted);
  }
  const shape = objectSchema(schema, value)?.shape;
  if (!shape) return sorted(value);
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .flatMap(([key, inner]) => {
        const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
        if (inner === undefined) return [];
        if (field === undefined) return [[key, sorted(inner)]];
        return textOf(inner, field) === defaultOf(field) ? [] : [[key, withoutDefaults(inner, field)]];
      }),
  );
}

/** The text of a value without its defaults; undefined where JSON has none. */
function textOf(value: unknown, schema: z.core.$ZodType): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const short = shortened(value, schema);
  short.text ??= JSON.stringify(short.value);
  return short.text;
}

/** The canonical text of each field's default, undefined where it has none: a study of thousands of runs asks for few. */
const defaults = new WeakMap<z.core.$ZodType, { text: string | undefined }>();

function defaultOf(field: z.core.$ZodType): string | undefined {
  let found = defaults.get(field);
  if (!found) {
    const standard = z.safeParse(field, undefined);
    found = { text: standard.success ? textOf(standard.data, field) : undefined };
    defaults.set(field, found);
  }
  return found.text;
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
