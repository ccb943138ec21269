import {
  constantOf,
  headOf,
  isMapping,
  isOverlay,
  itemsAt,
  leavesOf,
  tellingKeys,
  under,
  type Schema,
} from './leaves.ts';
import type { OutlineMapping } from './outline.ts';
import { placeOf, settledPairs, type Place } from './place.ts';
import { mappingsAt, otherArms, schemasAt } from './where.ts';
import { commonDefault, defaultText, kindWords, valueText } from './words.ts';

/** One thing that may stand at the caret. */
export interface Suggestion {
  label: string;
  kind: 'key' | 'value';
  /** What a value of the key may be, or that a value is the default. */
  detail: string;
  /** What it means, as the registries say. */
  description: string;
  /** Replaces the word under the caret; the caret then stands after so many of its characters. */
  insert: string;
  caret: number;
}

export interface Completion {
  from: number;
  to: number;
  /** What of the word stands before the caret. */
  prefix: string;
  /** Those that begin as the word does come first. */
  suggestions: readonly Suggestion[];
}

/**
 * What may stand at the caret of a study file that is being written, in block or in flow style.
 *
 * @param schema the JSON Schema of study files
 * @param caret 0 … the length of the text
 * @returns null where nothing can be said: in comments, within texts, at places that the schema does not know
 */
export function completeStudy(text: string, caret: number, schema: Schema): Completion | null {
  const place = placeOf(text, caret);
  if (place === null) return null;
  const { from, to, prefix, at } = place;
  const all =
    at.kind === 'key'
      ? keySuggestions(place, at.mapping, at.colon, schema)
      : [
          ...namesAt(place, schema),
          ...valueSuggestions(schemasAt(place.steps, place.root, schema), at.style, place, schema),
        ];
  const suggestions = matching(distinct(all), prefix);
  return suggestions.length === 0 ? null : { from, to, prefix, suggestions };
}

/** The keys of the mapping that are not there yet. */
function keySuggestions(place: Place, mapping: OutlineMapping, colon: boolean, root: Schema): Suggestion[] {
  const there = new Set(settledPairs(mapping).map(({ key }) => key));
  const leaves = mappingsAt(place.steps, mapping, place.root, root);
  const style = place.quoted || colon ? 'bare' : mapping.flow ? 'flow' : 'block';
  return keysOf(leaves, root, style, mapping.column).filter(({ label }) => !there.has(label));
}

type KeyStyle = 'block' | 'flow' | 'bare';

function keysOf(leaves: readonly Schema[], root: Schema, style: KeyStyle, column: number): Suggestion[] {
  const telling = new Set(leaves.flatMap(tellingKeys));
  // Which options there are only the name tells, unless they are laid over a component that has one.
  const open = telling.size > 0 && leaves.length > 1 && !leaves.some(isOverlay);
  const others = open ? [] : leaves.flatMap((leaf) => Object.keys(leaf.properties ?? {}));
  const keys = new Set([...telling, ...others]);
  return [...keys].flatMap((key): Suggestion[] => {
    const schemas = under(leaves, key);
    if (schemas.length === 0) return [];
    const heads = schemas.map((each) => headOf(each, root));
    const values = schemas.flatMap((each) => leavesOf(each, root));
    const given = commonDefault(heads);
    const required = leaves.length > 0 && leaves.every((leaf) => leaf.required?.includes(key));
    const usual = defaultText(given);
    const detail = [
      kindWords(values),
      ...(required ? ['required'] : usual === null ? [] : [`default ${usual}`]),
    ];
    return [
      {
        label: key,
        kind: 'key',
        detail: detail.filter((part) => part !== '').join(' · '),
        description: heads.find((head) => head.description)?.description ?? '',
        ...insertedKey(key, values, root, style, column),
      },
    ];
  });
}

/** The key as it is written, with the brackets that its value needs, and the place of the value for the caret. */
function insertedKey(key: string, values: readonly Schema[], root: Schema, style: KeyStyle, column: number) {
  if (style === 'bare') return withCaret(key);
  const shapes = values.filter(({ type }) => type !== 'null');
  const isPlain = (leaf: Schema) => isMapping(leaf) && tellingKeys(leaf).length === 0 && !isOverlay(leaf);
  const lines = (start: string) => withCaret(`${key}:\n${' '.repeat(column + 2)}${start}`);
  if (shapes.length > 0 && shapes.every(isPlain))
    return style === 'flow' ? withCaret(`${key}: { `, ' }') : lines('');
  if (shapes.length > 0 && shapes.every(({ type }) => type === 'array')) {
    const items = itemsAt(shapes, 0).flatMap((each) => leavesOf(each, root));
    return style === 'block' && items.length > 0 && items.every(isPlain)
      ? lines('- ')
      : withCaret(`${key}: [`, ']');
  }
  return withCaret(`${key}: `);
}

/** The names of the components that stand where `name` does, with what they are. */
function namesAt({ steps, root: outline }: Place, root: Schema): Suggestion[] {
  const last = steps.at(-1);
  if (last === undefined || !('key' in last)) return [];
  const { node, key } = last;
  return mappingsAt(steps.slice(0, -1), node, outline, root).flatMap((leaf): Suggestion[] => {
    const name = constantOf(leaf, key);
    if (name === undefined) return [];
    const label = valueText(name);
    return [{ label, kind: 'value', detail: '', description: leaf.title ?? '', ...withCaret(label) }];
  });
}

type ValueStyle = Extract<Place['at'], { kind: 'value' }>['style'];

function valueSuggestions(
  schemas: readonly Schema[],
  style: ValueStyle,
  place: Place,
  root: Schema,
): Suggestion[] {
  const column = place.at.kind === 'value' ? place.at.column : 0;
  const leaves = schemas.flatMap((each) => leavesOf(each, root));
  const mappings = leaves.filter(isMapping);
  if (place.quoted) return [...armsOf(leaves, place), ...scalarsOf(leaves)];
  if (style === 'no-dash')
    return [
      ...componentsOf(leaves),
      ...scalarsOf(leaves),
      ...keysOf(mappings, root, 'block', column + 2),
    ].map((each) => wrapped(each, '- ', ''));
  const items = leaves.filter(({ type }) => type === 'array').flatMap((leaf) => itemsAt([leaf], 0));
  if (style === 'line')
    return [
      ...keysOf(mappings, root, 'block', column),
      ...(mappings.some((leaf) => tellingKeys(leaf).length > 0) ? [] : scalarsOf(leaves)),
      ...(items.length === 0 ? [] : valueSuggestions(items, 'no-dash', place, root)),
    ];
  const given = commonDefault(schemas.map((each) => headOf(each, root)));
  const values = [
    ...componentsOf(leaves),
    ...armsOf(leaves, place),
    ...scalarsOf(leaves),
    ...defaultOf(given),
  ].map((each) => (each.label === valueText(given) ? { ...each, detail: 'default' } : each));
  if (style === 'dash') return [...values, ...keysOf(mappings, root, 'block', column)];
  const plain = mappings.filter((leaf) => tellingKeys(leaf).length === 0 && !isOverlay(leaf));
  return [
    ...values,
    ...keysOf(plain, root, 'flow', column).map((each) => wrapped(each, '{ ', ' }')),
    ...listOf(items, root),
  ];
}

/** What a list may hold, within brackets. */
function listOf(items: readonly Schema[], root: Schema): Suggestion[] {
  const leaves = items.flatMap((each) => leavesOf(each, root));
  return [...componentsOf(leaves), ...scalarsOf(leaves)].map((each) => wrapped(each, '[', ']'));
}

/** Components by their names: with options, as a mapping in which they can be written. */
function componentsOf(leaves: readonly Schema[]): Suggestion[] {
  const byName = new Set(leaves.flatMap((leaf) => [leaf.const, ...(leaf.enum ?? [])]));
  return leaves.filter(isMapping).flatMap((leaf): Suggestion[] => {
    const [key] = tellingKeys(leaf);
    if (key === undefined) return [];
    const name = (leaf.properties![key] as Schema).const;
    const options = Object.keys(leaf.properties!).length - 1;
    const label = valueText(name);
    return [
      {
        label,
        kind: 'value',
        detail: options === 0 ? '' : `${options} ${options === 1 ? 'option' : 'options'}`,
        description: leaf.title ?? '',
        ...(options === 0 && byName.has(name) ? withCaret(label) : withCaret(`{ ${key}: ${label}`, ' }')),
      },
    ];
  });
}

function scalarsOf(leaves: readonly Schema[]): Suggestion[] {
  return leaves.flatMap((leaf): Suggestion[] => {
    const values =
      leaf.enum ?? (leaf.type === 'boolean' ? [true, false] : leaf.type === 'null' ? [null] : []);
    const all = leaf.const === undefined ? values : [leaf.const];
    return all.map((value) => ({
      label: valueText(value),
      kind: 'value',
      detail: '',
      description: leaf.title ?? '',
      ...withCaret(valueText(value)),
    }));
  });
}

/** Where a text names another arm: the others of the study. */
function armsOf(leaves: readonly Schema[], place: Place): Suggestion[] {
  if (!leaves.some(({ namesOf }) => namesOf === 'arms')) return [];
  return otherArms(place).map((label) => ({
    label,
    kind: 'value',
    detail: 'arm',
    description: '',
    ...withCaret(label),
  }));
}

function defaultOf(given: unknown): Suggestion[] {
  if (given === undefined || given === '' || (typeof given === 'object' && !Array.isArray(given))) return [];
  if (Array.isArray(given) && (given.length === 0 || given.some((value) => typeof value === 'object')))
    return [];
  const label = valueText(given);
  return [{ label, kind: 'value', detail: 'default', description: '', ...withCaret(label) }];
}

function withCaret(before: string, after = ''): Pick<Suggestion, 'insert' | 'caret'> {
  return { insert: before + after, caret: before.length };
}

function wrapped(suggestion: Suggestion, before: string, after: string): Suggestion {
  const { insert, caret } = suggestion;
  return { ...suggestion, insert: `${before}${insert}${after}`, caret: before.length + caret };
}

/** The first of those with one label: alternatives often share keys and names. */
function distinct(suggestions: readonly Suggestion[]): Suggestion[] {
  const seen = new Map<string, Suggestion>();
  for (const each of suggestions) if (!seen.has(each.label)) seen.set(each.label, each);
  return [...seen.values()];
}

/** So few letters are within almost every word. */
const LEAST_WITHIN = 3;

/**
 * Those that hold the prefix: at the beginning before at the beginning of a part, before anywhere else. To want nothing
 * comes last.
 */
function matching(suggestions: readonly Suggestion[], prefix: string): Suggestion[] {
  const wanted = prefix.toLowerCase();
  const rank = ({ label }: Suggestion): number => {
    const at = label.toLowerCase().indexOf(wanted);
    if (label === 'null' && at === 0) return 3;
    if (at <= 0) return at;
    const begins = !/[a-z0-9]/i.test(label[at - 1]!) || /[A-Z]/.test(label[at]!);
    return begins ? 1 : wanted.length < LEAST_WITHIN ? -1 : 2;
  };
  return suggestions
    .map((suggestion) => ({ suggestion, rank: rank(suggestion) }))
    .filter((entry) => entry.rank >= 0)
    .sort((one, other) => one.rank - other.rank)
    .map((entry) => entry.suggestion);
}
