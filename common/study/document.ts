import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, YAMLError } from 'yaml';
import { messageOf } from '../errors.ts';

/** Keys and list positions from the root of a document to a value. */
export type Path = readonly (string | number)[];

/** Something wrong with a study file: the sentence says what was found and what is allowed. */
export interface StudyProblem {
  /** From 1; null where the problem belongs to no place in the text. */
  line: number | null;
  column: number | null;
  /** Such as 'arms[1].pruning.criterion'; empty for the file as a whole. */
  key: string;
  message: string;
}

export interface Place {
  line: number;
  column: number;
}

/** A YAML text as plain values, and where each of them stands. */
export interface StudyDocument {
  value: unknown;
  problems: StudyProblem[];
  /**
   * Where a value stands: a scalar at itself, a mapping or list at the key that holds it. Of a path that the text
   * does not have, the nearest place around it.
   */
  locate(path: Path): Place;
  /** Where a key itself stands, for keys that should not be there. */
  locateKey(path: Path): Place;
}

/** Reads one YAML 1.2 document. Never throws: what is wrong with the text is among the problems, and `value` is then null. */
export function readDocument(text: string): StudyDocument {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const none: Pick<StudyDocument, 'locate' | 'locateKey'> = {
    locate: () => ({ line: 1, column: 1 }),
    locateKey: () => ({ line: 1, column: 1 }),
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      logLevel: 'error',
    });
  } catch (error) {
    const message = `the text can not be read as YAML: ${messageOf(error)}`;
    return { value: null, problems: [{ line: null, column: null, key: '', message }], ...none };
  }
  const problems = [...document.errors, ...document.warnings]
    .map((error) => ({
      ...place(beginningOf(error, document)),
      key: formatPath(pathAt(document, error.pos[0])),
      message: explain(error, text),
    }))
    // What follows on the same line mostly follows from the same mistake.
    .filter(({ line }, index, all) => all.findIndex((other) => other.line === line) === index);
  if (problems.length > 0) return { value: null, problems, ...none };

  const locate = (path: Path, wanted: 'value' | 'key'): Place => {
    let node: unknown = document.contents;
    let offset = offsetOf(node);
    for (const [depth, segment] of path.entries()) {
      const holder = isAlias(node) ? node.resolve(document) : node;
      const found = child(holder, segment);
      if (found === null) break;
      node = found.value;
      const last = depth === path.length - 1;
      const atValue = isScalar(node) && !(last && wanted === 'key') && node.range !== null;
      offset = atValue ? offsetOf(node) : found.offset;
    }
    return place(offset);
  };
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (isEndless(value, new Set())) throw new Error('it stands within what it repeats');
    return {
      value,
      problems: [],
      locate: (path) => locate(path, 'value'),
      locateKey: (path) => locate(path, 'key'),
    };
  } catch (error) {
    const alias = troublesomeAlias(document);
    const at = alias === null ? { line: null, column: null } : place(offsetOf(alias));
    const message = `this alias can not be followed (${messageOf(error)}); write the value out, or use shared`;
    return { value: null, problems: [{ ...at, key: '', message }], ...none };
  }
}

/** 'arms[1].pruning.sparsity' */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : index === 0 ? segment : `.${segment}`,
    )
    .join('');
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** The value under a segment, and the offset of what names it: its key, or the list item itself. */
function child(holder: unknown, segment: string | number): { value: unknown; offset: number } | null {
  if (isMap(holder)) {
    const pair = holder.items.find((item) => isScalar(item.key) && item.key.value === segment);
    return pair === undefined ? null : { value: pair.value, offset: offsetOf(pair.key) };
  }
  if (isSeq(holder) && typeof segment === 'number') {
    const value = holder.items[segment];
    return value === undefined ? null : { value, offset: offsetOf(value) };
  }
  return null;
}

/** Where a mistake begins: an open quote ends with the file, and is missed where it was opened. */
function beginningOf(error: YAMLError, document: Document.Parsed): number {
  let offset = error.pos[0];
  if (error.code === 'MISSING_CHAR')
    visit(document, {
      Scalar(_, node) {
        const [start, , end] = node.range ?? [0, 0, 0];
        if (node.type?.startsWith('QUOTE') && start < error.pos[0] && error.pos[0] <= end) offset = start;
      },
    });
  return offset;
}

/** Whether a value holds itself, as an alias within its own anchor makes it. */
function isEndless(value: unknown, around: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (around.has(value)) return true;
  around.add(value);
  const endless = Object.values(value).some((inner) => isEndless(inner, around));
  around.delete(value);
  return endless;
}

/** The first alias without an anchor or within its own, or else the last alias: the one that made too many. */
function troublesomeAlias(document: Document.Parsed): Alias | null {
  const aliases: Alias[] = [];
  visit(document, {
    Alias(_, node) {
      aliases.push(node);
    },
  });
  const wrong = (alias: Alias): boolean => {
    const anchored = alias.resolve(document);
    return anchored === undefined || holds(anchored, offsetOf(alias));
  };
  return aliases.slice(0, 1000).find(wrong) ?? aliases.at(-1) ?? null;
}

function holds(node: unknown, offset: number): boolean {
  const range = (node as Node | null | undefined)?.range;
  return range !== null && range !== undefined && range[0] <= offset && offset <= range[1];
}

/** The path of the innermost value or key that holds an offset. */
function pathAt(document: Document.Parsed, offset: number): Path {
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  for (;;) {
    if (isMap(node)) {
      const pair = node.items.findLast(
        (item) => isPair(item) && (holds(item.key, offset) || holds(item.value, offset)),
      );
      if (pair === undefined || !isScalar(pair.key)) return path;
      path.push(String(pair.key.value));
      if (holds(pair.key, offset)) return path;
      node = pair.value;
    } else if (isSeq(node)) {
      const index = node.items.findLastIndex((item) => holds(item, offset));
      if (index < 0) return path;
      path.push(index);
      node = node.items[index];
    } else return path;
  }
}

/** The parser's finding as a sentence for someone who does not know the YAML specification. */
function explain(error: YAMLError, text: string): string {
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:,{}[\]]*/.exec(text.slice(error.pos[0]))?.[0] ?? '';
      return `the key ${quote(key)} stands twice in this mapping: keep one of them`;
    }
    case 'TAB_AS_INDENT':
      return 'found a tab; indent with spaces';
    case 'BAD_INDENT':
      return `the indentation is wrong here, or a bracket before it is not closed (${error.message})`;
    case 'MULTIPLE_DOCS':
      return "found a second document after '---'; a file holds one study";
    case 'NON_STRING_KEY':
      return 'found a key that is not text; keys are plain names';
    case 'BAD_ALIAS':
      return `found an alias that can not be followed (${error.message})`;
    case 'TAG_RESOLVE_FAILED':
      return `found a tag; write the value without it (${error.message})`;
    default:
      return `this is not YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  }
}

export function quote(text: string): string {
  return `'${text}'`;
}
