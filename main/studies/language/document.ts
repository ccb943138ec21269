import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';
import { messageOf } from '../../../common/errors.ts';
import { printable, shortened } from '../../base/names.ts';
import { MOST_PROBLEMS, type StudyProblem } from './first-problems.ts';
import { offsetOf, parseText } from './yaml-text.ts';
import { AliasError, valueOf, type YamlValue } from './yaml-value.ts';

/** Keys and list positions from the root of a document to a value. */
export type Path = readonly (string | number)[];

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

/**
 * Reads one YAML 1.2 document. Never throws: what is wrong with the text is among the problems, in the order of the
 * text, and `value` is then null.
 */
export function readDocument(text: string): StudyDocument {
  const { document, lines, findings } = parseText(text);
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refused = (problems: StudyProblem[]): StudyDocument => ({
    value: null,
    problems,
    locate: () => ({ line: 1, column: 1 }),
    locateKey: () => ({ line: 1, column: 1 }),
  });
  if (document === null || findings.length > 0) {
    const placed = findings.map((finding) => ({ ...finding, ...place(finding.offset) }));
    // What follows on the same line mostly follows from the same mistake.
    const first = placed.filter(({ line }, index) => line !== placed[index - 1]?.line);
    return refused(
      first.slice(0, MOST_PROBLEMS + 1).map(({ offset, line, column, message }) => {
        const key = document === null ? '' : formatPath(pathAt(document, offset));
        return { line, column, key, message };
      }),
    );
  }

  let read: YamlValue;
  try {
    read = valueOf(document);
  } catch (error) {
    const at = error instanceof AliasError ? place(offsetOf(error.alias)) : { line: null, column: null };
    return refused([{ ...at, key: '', message: messageOf(error) }]);
  }
  const locate = (path: Path, wanted: 'value' | 'key'): Place => {
    let node: unknown = document.contents;
    let offset = offsetOf(node);
    for (const [depth, segment] of path.entries()) {
      const holder = isAlias(node) ? read.anchored.get(node) : node;
      const found = child(holder, segment);
      if (found === null) break;
      node = found.value;
      const last = depth === path.length - 1;
      const atValue = isScalar(node) && !(last && wanted === 'key') && node.range !== null;
      offset = atValue ? offsetOf(node) : found.offset;
    }
    return place(offset);
  };
  return {
    value: read.value,
    problems: [],
    locate: (path) => locate(path, 'value'),
    locateKey: (path) => locate(path, 'key'),
  };
}

/** Of a key in a path; a longer one is a mistake, and is cut. */
const LONGEST_SEGMENT = 80;

/** Of a whole path: one as deep is a mistake too, and is cut in its middle. */
const LONGEST_PATH = 160;

/** 'arms[1].pruning.sparsity' */
export function formatPath(path: Path): string {
  const text = path
    .map((segment, index) =>
      typeof segment === 'number'
        ? `[${segment}]`
        : `${index === 0 ? '' : '.'}${shortened(segment, LONGEST_SEGMENT)}`,
    )
    .join('');
  const half = LONGEST_PATH / 2;
  return printable(text.length > LONGEST_PATH ? `${text.slice(0, half)}…${text.slice(1 - half)}` : text);
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
