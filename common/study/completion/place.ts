import { readOutline } from './outline.ts';
import type { OutlineMapping, OutlineNode, OutlineScalar, OutlineSequence } from './outline.ts';

/** From a mapping or list to what stands under one of its keys or positions. */
export type Step = { node: OutlineMapping; key: string } | { node: OutlineSequence; index: number };

/** Where the caret is in a study file, in terms of keys and values. */
export interface Place {
  /** The word under the caret, from `from` to `to`; `prefix` is what stands before the caret. */
  from: number;
  to: number;
  word: string;
  prefix: string;
  /** Within quotes. */
  quoted: boolean;
  /** From the root down to the mapping that a key belongs to, or to the value itself. */
  steps: readonly Step[];
  root: OutlineNode | null;
  at:
    | { kind: 'key'; mapping: OutlineMapping; colon: boolean }
    /**
     * `inline`: after a key, or between brackets; `dash`: after a dash; `line`: on a line of its own; `no-dash`: where
     * a dash is missing.
     */
    | { kind: 'value'; style: 'inline' | 'dash' | 'line' | 'no-dash'; column: number };
}

/** Stands for the word under the caret, so that it is found again in the outline. */
const MARK = '\uE000';
const WORD = /[^\s{}[\],:#'"]*/;

/** Of a text that a person writes; to read a larger one with each key that is typed would hold up the window. */
const MOST_CHARACTERS = 200_000;
const LONGEST_LINE = 2_000;

/** The place of the caret; null in comments and within texts of several words, and in what is too large to be a study. */
export function placeOf(text: string, caret: number): Place | null {
  if (text.length > MOST_CHARACTERS || longestLine(text) > LONGEST_LINE) return null;
  const before = /[^\s{}[\],:#'"]*$/.exec(text.slice(Math.max(0, caret - 200), caret))![0];
  const after = WORD.exec(text.slice(caret, caret + 200))![0];
  const from = caret - before.length;
  const to = caret + after.length;
  const root = readOutline(`${text.slice(0, from)}${MARK}${text.slice(to)}`);
  if (root === null) return null;
  const found = search(root, []);
  if (found === null) return null;
  const { steps, at, quoted } = found;
  const column = from - (text.lastIndexOf('\n', from - 1) + 1);
  return {
    from,
    to,
    word: text.slice(from, to),
    prefix: before,
    quoted,
    steps,
    root,
    at: at.kind === 'value' ? { ...at, column } : at,
  };
}

function longestLine(text: string): number {
  let [longest, start] = [0, 0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    longest = Math.max(longest, end - start);
    start = end + 1;
  }
  return Math.max(longest, text.length - start);
}

type Found = Pick<Place, 'steps' | 'at' | 'quoted'>;

function search(node: OutlineNode, steps: readonly Step[]): Found | null {
  if (node.kind === 'scalar') return isMark(node) ? valueAt(node, steps, node.alone ?? 'inline') : null;
  if (node.kind === 'sequence') {
    for (const [index, { value, dash }] of node.items.entries()) {
      if (value === null) continue;
      const inner = [...steps, { node, index }];
      if (!dash && value.kind === 'scalar' && isMark(value)) return valueAt(value, inner, 'no-dash');
      const found = search(value, inner);
      if (found) return found;
    }
    return null;
  }
  for (const { key, quoted, colon, value } of node.pairs) {
    if (key === MARK) return { steps, quoted, at: { kind: 'key', mapping: node, colon } };
    const found = value === null ? null : search(value, [...steps, { node, key }]);
    if (found) return found;
  }
  return null;
}

function isMark(node: OutlineScalar): boolean {
  return node.text === MARK;
}

function valueAt(
  { quoted }: OutlineScalar,
  steps: readonly Step[],
  style: 'inline' | 'dash' | 'line' | 'no-dash',
): Found {
  return { steps, quoted, at: { kind: 'value', style, column: 0 } };
}

/** The pairs of a mapping other than the one that is being typed. */
export function settledPairs(mapping: OutlineMapping): OutlineMapping['pairs'] {
  return mapping.pairs.filter(
    ({ key, value }) => key !== MARK && !(value?.kind === 'scalar' && isMark(value)),
  );
}

/** The keys of the steps as a person writes them: 'arms[1].pruning'. */
export function pathText(steps: readonly Step[]): string {
  return steps
    .map((step, index) => ('key' in step ? `${index > 0 ? '.' : ''}${step.key}` : `[${step.index}]`))
    .join('');
}
