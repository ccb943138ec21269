import { constantOf, isMapping, isOverlay, tellingKeys, type Schema } from './leaves.ts';

/** What a value may be, in a few words: 'number ≥ 0 and < 1', 'whole number 1 to 64, or null', 'one of 8'. */
export function kindWords(leaves: readonly Schema[]): string {
  const names = namesOf(leaves);
  const others = leaves.filter((leaf) => !(leaf.enum ?? []).some((value) => names.has(value)));
  const words = others.map(leafWords).filter((word) => word !== '');
  const choice = names.size > 1 ? [`one of ${names.size}`] : [...names].map(valueText);
  return [...choice, ...new Set(words)].join(', or ');
}

/** The names of all components that the alternatives are, or stand for. */
function namesOf(leaves: readonly Schema[]): Set<unknown> {
  return new Set(
    leaves.flatMap((leaf) =>
      isMapping(leaf)
        ? tellingKeys(leaf).map((key) => constantOf(leaf, key))
        : typeof leaf.const === 'string'
          ? [leaf.const]
          : [],
    ),
  );
}

function leafWords(leaf: Schema): string {
  if (leaf.enum) return leaf.enum.map(valueText).join(', ');
  if (leaf.const !== undefined) return typeof leaf.const === 'string' ? '' : valueText(leaf.const);
  if (isMapping(leaf)) return tellingKeys(leaf).length > 0 || isOverlay(leaf) ? '' : 'mapping';
  if (leaf.type === 'null') return 'null';
  if (leaf.type === 'array') return 'list';
  if (leaf.type === 'boolean') return 'true or false';
  if (leaf.type === 'string') return 'text';
  if (leaf.type === 'integer') return `whole number${rangeWords(leaf)}`;
  return leaf.type === 'number' ? `number${rangeWords(leaf)}` : '';
}

function rangeWords({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  const bounds = [
    ['≥', minimum],
    ['>', exclusiveMinimum],
    ['≤', maximum],
    ['<', exclusiveMaximum],
  ].flatMap(([sign, bound]) => (bound === undefined ? [] : [`${sign} ${bound}`]));
  return bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`;
}

/** A value as one writes it in a study file. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, entry]) => `${key}: ${valueText(entry)}`)
      .join(', ')} }`;
  return String(value);
}

/** A default as one writes it; null where there is none, or nothing in it. */
export function defaultText(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return null;
  return valueText(value);
}

/** The default that all alternatives agree on; undefined where they have none or differ. */
export function commonDefault(schemas: readonly Pick<Schema, 'default'>[]): unknown {
  const texts = new Set(schemas.map((schema) => JSON.stringify(schema.default)));
  return texts.size === 1 ? schemas[0]!.default : undefined;
}
