import type { OutlineMapping } from './outline.ts';
import { settledPairs } from './place.ts';

/** The parts of JSON Schema (draft 2020-12) that the schema of study files is written in. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  properties?: Record<string, Schema | false>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  /** Ours: the text is a name from this list of the study. */
  namesOf?: 'arms';
}

/** No chain of references without a key between them is as long. */
const DEEPEST = 20;

/**
 * All that a value may be: the schema with references and alternatives resolved. A leaf keeps its own title,
 * description and default, and takes what it lacks from what led to it.
 */
export function leavesOf(schema: Schema, root: Schema, depth = 0): Schema[] {
  if (depth > DEEPEST) return [];
  const { $ref, anyOf, oneOf, ...own } = schema;
  const inner = $ref === undefined ? [...(anyOf ?? []), ...(oneOf ?? [])] : [resolve($ref, root)];
  if (inner.length === 0) return [own];
  const { description, default: given } = own;
  return inner
    .flatMap((alternative) => leavesOf(alternative, root, depth + 1))
    .map((leaf) => ({
      ...(description ? { description } : {}),
      ...(given === undefined ? {} : { default: given }),
      ...leaf,
    }));
}

function resolve(reference: string, root: Schema): Schema {
  const name = reference.startsWith('#/$defs/') ? reference.slice('#/$defs/'.length) : null;
  return (name === null ? root : root.$defs?.[name]) ?? {};
}

/** The schema itself before its alternatives: its words, and its default. */
export function headOf(schema: Schema, root: Schema, depth = 0): Pick<Schema, 'description' | 'default'> {
  if (schema.$ref === undefined || depth > DEEPEST) return schema;
  const { description, default: given, ...rest } = schema;
  const inner = headOf(resolve(schema.$ref, root), root, depth + 1);
  return {
    ...rest,
    ...inner,
    ...(description ? { description } : {}),
    ...(given === undefined ? {} : { default: given }),
  };
}

/** The alternatives that are mappings and fit what a mapping says of itself, such as its `name`. */
export function fitting(
  leaves: readonly Schema[],
  mapping: OutlineMapping,
  sharedName: string | null,
): Schema[] {
  let fit = leaves.filter(isMapping);
  const said = settledPairs(mapping).flatMap(({ key, value }): [string, string][] =>
    value?.kind === 'scalar' ? [[key, value.text]] : [],
  );
  const pairs: [string, string][] =
    sharedName !== null && !said.some(([key]) => key === 'name') ? [...said, ['name', sharedName]] : said;
  for (const [key, text] of pairs) {
    const same = fit.filter((leaf) => constantOf(leaf, key) === text);
    if (same.length > 0) fit = same;
  }
  return fit;
}

export function isMapping(leaf: Schema): boolean {
  return leaf.type === 'object' || leaf.properties !== undefined;
}

/** Options without a name, laid over another component. */
export function isOverlay(leaf: Schema): boolean {
  return leaf.properties?.['name'] === false;
}

/** The one value that a key of an alternative has, which tells it from the others. */
export function constantOf(leaf: Schema, key: string): unknown {
  const property = leaf.properties?.[key];
  return property === undefined || property === false ? undefined : property.const;
}

/** The keys of a mapping whose value tells its kind, such as `name`. */
export function tellingKeys(leaf: Schema): string[] {
  return Object.keys(leaf.properties ?? {}).filter((key) => constantOf(leaf, key) !== undefined);
}

/** What stands under a key of a mapping, in each alternative that knows it. */
export function under(leaves: readonly Schema[], key: string): Schema[] {
  return leaves.flatMap((leaf): Schema[] => {
    const own = leaf.properties?.[key];
    if (own !== undefined) return own === false ? [] : [own];
    const pattern = Object.entries(leaf.patternProperties ?? {}).find(([text]) =>
      new RegExp(text, 'u').test(key),
    );
    if (pattern) return [pattern[1]];
    return typeof leaf.additionalProperties === 'object' ? [leaf.additionalProperties] : [];
  });
}

/** What stands at a position of a list. */
export function itemsAt(leaves: readonly Schema[], index: number): Schema[] {
  return leaves.flatMap((leaf) => leaf.prefixItems?.[index] ?? leaf.items ?? []);
}
