import { isMap, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';

/** From the root of a study file to one of its values. */
export type Path = readonly (string | number)[];

/** A number as it was typed: '1e-4' stays '1e-4'. */
export class Literal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Range = readonly [number, number, number];

/**
 * Changes of a study file that leave every other letter of it as it is: remarks, empty lines, quotes and order.
 * What is given back is the whole text. A text that is no YAML, or has no place for the value, comes back unchanged.
 */

/** Writes a value, which is text, a number, or a list of them; undefined takes it away with its key. */
export function setValue(text: string, path: Path, value: unknown): string {
  const document = read(text);
  if (document === null) return text;
  if (value === undefined) return removeAt(text, document, path);
  return writeAt(text, document.contents, path, value);
}

/** Adds an entry at the end of a list of mappings. */
export function addItem(text: string, path: Path, item: Readonly<Record<string, unknown>>): string {
  const document = read(text);
  const list = document?.getIn(path, true);
  if (!isSeq(list)) return document === null ? text : setValue(text, path, [item]);
  const last = list.items.at(-1);
  if (list.flow === true || last === undefined)
    return setValue(text, path, [...(list.toJSON() as unknown[]), item]);
  const [start, end] = rangeOf(last as Node);
  const dash = ' '.repeat(Math.max(0, columnAt(text, text.lastIndexOf('-', start))));
  const lines = Object.entries(item).map(([key, value]) => `${key}: ${inline(value)}`);
  return insertLine(text, lastLineEnd(text, end), `${dash}- ${lines.join(`\n${dash}  `)}`);
}

/** The values of a text that is YAML; null of any other. */
export function valuesOf(text: string): unknown {
  const document = read(text);
  return document === null ? null : document.toJS({ maxAliasCount: 100 });
}

function read(text: string): Document.Parsed | null {
  const document = parseDocument(text);
  return document.errors.length > 0 || !isMap(document.contents) ? null : document;
}

function writeAt(text: string, node: unknown, [key, ...rest]: Path, value: unknown): string {
  if (key === undefined) return replaceNode(text, node as Node, value);
  if (isSeq(node) && typeof key === 'number') return writeAt(text, node.items[key], rest, value);
  if (isMap(node)) {
    const pair = pairOf(node, key);
    if (!pair) return addPair(text, node, key, rest.length === 0 ? value : nested(rest, value));
    if (isMap(pair.value) || isSeq(pair.value)) return writeAt(text, pair.value, rest, value);
    // A component that stands by its name alone takes options as a mapping does.
    const name = isScalar(pair.value) && typeof pair.value.value === 'string' ? pair.value.value : null;
    const whole = rest.length === 0 ? value : { ...(name === null ? {} : { name }), ...nested(rest, value) };
    const [start, end] = rangeOf((pair.value ?? pair.key) as Node);
    const isEmpty = pair.value === null || start === end;
    return isEmpty ? insertAfterKey(text, pair, whole) : replaceNode(text, pair.value as Node, whole);
  }
  return text;
}

function nested([key, ...rest]: Path, value: unknown): Record<string, unknown> {
  return { [String(key)]: rest.length === 0 ? value : nested(rest, value) };
}

function replaceNode(text: string, node: Node, value: unknown): string {
  const [start, end] = rangeOf(node);
  return text.slice(0, start) + inline(value) + text.slice(end);
}

function insertAfterKey(text: string, pair: Pair, value: unknown): string {
  const [, end] = rangeOf(pair.key as Node);
  const colon = text.indexOf(':', end);
  return `${text.slice(0, colon + 1)} ${inline(value)}${text.slice(colon + 1)}`;
}

function addPair(text: string, map: YAMLMap, key: string | number, value: unknown): string {
  const written = `${key}: ${inline(value)}`;
  const last = map.items.at(-1);
  const [start, end] = rangeOf(map);
  if (map.flow === true || last === undefined) {
    const closing = end - 1;
    const before = text.slice(0, closing).trimEnd();
    const comma = last === undefined ? ' ' : ', ';
    return `${before}${comma}${written} ${text.slice(closing)}`;
  }
  const indent = ' '.repeat(columnAt(text, start));
  const [, lastEnd] = rangeOf((last.value ?? last.key) as Node);
  return insertLine(text, lastLineEnd(text, lastEnd), indent + written);
}

function removeAt(text: string, document: Document.Parsed, path: Path): string {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1)!;
  if (isSeq(parent) && typeof key === 'number') return removeItem(text, parent, key);
  if (!isMap(parent)) return text;
  const index = parent.items.findIndex((pair) => isPair(pair) && keyText(pair) === String(key));
  const pair = parent.items[index];
  if (!pair) return text;
  const [start] = rangeOf(pair.key as Node);
  const [, end] = rangeOf((pair.value ?? pair.key) as Node);
  if (parent.flow === true) {
    const next = parent.items[index + 1];
    const before = parent.items[index - 1];
    if (next) return text.slice(0, start) + text.slice(rangeOf(next.key as Node)[0]);
    const from = before ? rangeOf((before.value ?? before.key) as Node)[1] : start;
    return text.slice(0, from) + text.slice(end);
  }
  return removeLines(text, start, end);
}

function removeItem(text: string, list: YAMLSeq, index: number): string {
  const item = list.items[index] as Node | undefined;
  if (!item || list.flow === true) return text;
  const [start, end] = rangeOf(item);
  return removeLines(text, text.lastIndexOf('-', start), end);
}

/** Whole lines, where nothing else stands on the first of them. */
function removeLines(text: string, start: number, end: number): string {
  const from = start - columnAt(text, start);
  if (text.slice(from, start).trim() !== '') return text;
  const to = lastLineEnd(text, end);
  return text.slice(0, from) + text.slice(Math.min(text.length, to + 1));
}

function insertLine(text: string, lineEnd: number, line: string): string {
  return `${text.slice(0, lineEnd)}\n${line}${text.slice(lineEnd)}`;
}

/** The end of the line on which a value ends: ranges of block values reach to the next content. */
function lastLineEnd(text: string, end: number): number {
  const content = text.slice(0, end).trimEnd().length;
  const newline = text.indexOf('\n', content);
  return newline < 0 ? text.length : newline;
}

function columnAt(text: string, position: number): number {
  return position - (text.lastIndexOf('\n', position - 1) + 1);
}

function pairOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => keyText(pair) === String(key));
}

function keyText({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function rangeOf(node: Node): Range {
  return node.range ?? [0, 0, 0];
}

/** On one line, as a person writes it: '{ name: sgd, momentum: 0.9 }', '[0, 1]'. */
function inline(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${key}: ${inline(entry)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  if (typeof value === 'string' && /[{}[\],:#&*!|>'"%@`]/.test(value)) return JSON.stringify(value);
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
