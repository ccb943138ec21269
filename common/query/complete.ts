import type { FieldCatalogue } from '../fields/catalogue.ts';
import type { Field } from '../fields/field.ts';
import { QueryError, tokensOf, type Token } from './tokens.ts';

export interface Completion {
  /** What takes the place of [from, to). */
  text: string;
  /** What it is, in a few words. */
  detail: string;
}

export interface Completions {
  from: number;
  to: number;
  options: Completion[];
}

/** Values that runs have in a field, the most frequent first. */
export type ValuesOf = (field: Field) => readonly string[];

const MOST = 50;
const NUMERIC: readonly Completion[] = ['=', '!=', '<', '<=', '>', '>=', 'in'].map((text) => ({
  text,
  detail: '',
}));
const WORDED: readonly Completion[] = ['=', '!=', '~', '!~', 'in'].map((text) => ({
  text,
  detail: text === '~' ? 'contains' : text === '!~' ? 'does not contain' : '',
}));
const BETWEEN: readonly Completion[] = ['and', 'or'].map((text) => ({ text, detail: '' }));

/** What may stand at the caret: a key, an operator, or a value that runs have. */
export function completeQuery(
  text: string,
  caret: number,
  catalogue: FieldCatalogue,
  valuesOf: ValuesOf,
): Completions {
  const before = tokensBefore(text, caret);
  const last = before.at(-1);
  const isTyped = last !== undefined && last.to === caret && (last.kind === 'word' || last.kind === 'text');
  const typed = isTyped ? last : undefined;
  const settled = isTyped ? before.slice(0, -1) : before;
  const from = typed?.from ?? caret;
  const prefix = typed?.text.toLowerCase() ?? '';
  const options = optionsAfter(settled, catalogue, valuesOf)
    .filter((option) => option.text.toLowerCase().replace(/^"/, '').includes(prefix))
    // What begins with what is typed comes first.
    .map((option) => ({
      option,
      later: Number(!option.text.toLowerCase().replace(/^"/, '').startsWith(prefix)),
    }))
    .sort((one, other) => one.later - other.later)
    .map(({ option }) => option)
    .slice(0, MOST);
  return { from, to: caret, options };
}

function optionsAfter(
  settled: readonly Token[],
  catalogue: FieldCatalogue,
  valuesOf: ValuesOf,
): readonly Completion[] {
  const last = settled.at(-1);
  const asked = keyOfValue(settled);
  if (asked !== undefined) {
    const found = catalogue.find(asked.text);
    return 'problem' in found ? [] : valuesIn(found.field, valuesOf);
  }
  const keys = keysOf(catalogue);
  if (
    last === undefined ||
    last.kind === 'open' ||
    (last.kind === 'word' && /^(and|or|not)$/i.test(last.text))
  )
    return keys;
  // A word may be a key that waits for its operator, or a name that is whole.
  if (last.kind === 'word' && !isValue(settled)) {
    const found = catalogue.find(last.text);
    if (!('problem' in found))
      return found.field.type === 'text' || found.field.type === 'flag' ? WORDED : NUMERIC;
  }
  return last.kind === 'operator' ? [] : [...BETWEEN, ...keys];
}

/** The key whose value is due after the tokens; none where no value is. */
function keyOfValue(tokens: readonly Token[]): Token | undefined {
  const last = tokens.at(-1);
  if (last?.kind === 'operator') return tokens.at(-2);
  if (last?.kind !== 'open list' && last?.kind !== 'comma') return undefined;
  const open = tokens.findLastIndex(({ kind }) => kind === 'open list');
  const word = tokens[open - 1];
  if (word?.text.toLowerCase() !== 'in') return undefined;
  const key = tokens[open - 2];
  return key?.text.toLowerCase() === 'not' ? tokens[open - 3] : key;
}

function isValue(tokens: readonly Token[]): boolean {
  return tokens.at(-2)?.kind === 'operator';
}

function keysOf(catalogue: FieldCatalogue): Completion[] {
  return catalogue.fields.map((field) => ({
    text: field.id,
    detail: field.kind === 'setting' ? 'setting' : field.title,
  }));
}

function valuesIn(field: Field, valuesOf: ValuesOf): Completion[] {
  const values = field.type === 'flag' ? ['yes', 'no'] : (field.known ?? valuesOf(field));
  return [...values, 'none'].map((value) => ({ text: quotedValue(value), detail: '' }));
}

/** A value as a query writes it: in quotation marks where it is more than one word, or would be read as something else. */
export function quotedValue(value: string): string {
  const isPlain = value !== '' && !/[\s()[\],=<>!~≤≥≠"'“”·]/.test(value) && !/^(and|or|not|in)$/i.test(value);
  if (isPlain) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

/** Of a text that is being written: up to the place where it cannot be read. */
function tokensBefore(text: string, caret: number): Token[] {
  const written = text.slice(0, caret);
  try {
    return tokensOf(written).filter(({ kind }) => kind !== 'end');
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const tokens = tokensOf(written.slice(0, error.from)).filter(({ kind }) => kind !== 'end');
    const rest = written.slice(error.from).replace(/^["'“]/, '');
    return [...tokens, { kind: 'text', text: rest, from: error.from, to: caret }];
  }
}
