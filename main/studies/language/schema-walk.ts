import * as z from 'zod';

/** Steps through zod schemas along the values that they describe. */

/** The schema under defaults, null, and refinements; of a transformation, the schema of its input, and of preparing, of what it prepares for. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = unwrapped.get(schema);
  if (!inner) {
    inner = innermost(schema);
    unwrapped.set(schema, inner);
  }
  return inner;
}

/** Telling the kinds of schemas apart takes zod a while, and a study of thousands of runs asks of few schemas. */
const unwrapped = new WeakMap<z.core.$ZodType, z.core.$ZodType>();

function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  for (;;) {
    if (
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodReadonly
    )
      inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe)
      inner = inner.def.in instanceof z.ZodTransform ? inner.def.out : inner.def.in;
    else return inner;
  }
}

/** The object schema that describes a value, where one does: of a component, that of its name, or of the plain name that it is. */
export function objectSchema(schema: z.core.$ZodType, value: unknown): z.ZodObject | null {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return inner;
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return null;
  const name =
    typeof value === 'string' ? value : (value as Record<string, unknown> | null)?.[inner.def.discriminator];
  return componentOf(inner).byName.get(name) ?? null;
}

/** A component's possible names, or whatever tells its kinds apart, and the options of each. */
export function componentOptions(schema: z.ZodDiscriminatedUnion): readonly [string, z.ZodObject][] {
  return componentOf(schema).options;
}

interface Component {
  options: readonly [string, z.ZodObject][];
  byName: ReadonlyMap<unknown, z.ZodObject>;
  names: z.ZodEnum;
}

/** Identities of thousands of runs walk through the same few components. */
const components = new WeakMap<z.ZodDiscriminatedUnion, Component>();

function componentOf(schema: z.ZodDiscriminatedUnion): Component {
  const known = components.get(schema);
  if (known) return known;
  const options = schema.options.flatMap((option): [string, z.ZodObject][] => {
    const object = unwrap(option);
    const name = object instanceof z.ZodObject ? object.shape[schema.def.discriminator] : null;
    return object instanceof z.ZodObject && name instanceof z.ZodLiteral
      ? [[String(name.value), object]]
      : [];
  });
  const byName = new Map(options);
  const component = { options, byName, names: z.enum(options.map(([name]) => name)) };
  components.set(schema, component);
  return component;
}

/** Whether a value is a plain name that stands for a component: it then has its name where it stands itself. */
export function isPlainName(
  schema: z.core.$ZodType | null,
  value: unknown,
  segment: string | number,
): boolean {
  const inner = schema === null ? null : unwrap(schema);
  return (
    typeof value === 'string' &&
    inner instanceof z.ZodDiscriminatedUnion &&
    segment === inner.def.discriminator
  );
}

/** The schema of what stands under a key or position of a value; null where the schema has no such key. */
export function schemaUnder(
  schema: z.core.$ZodType,
  value: unknown,
  segment: string | number,
): z.core.$ZodType | null {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  if (inner instanceof z.ZodDiscriminatedUnion && segment === inner.def.discriminator)
    return componentOf(inner).names;
  return objectSchema(inner, value)?.shape[segment] ?? null;
}
