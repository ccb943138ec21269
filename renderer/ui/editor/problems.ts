import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { RangeSet, RangeSetBuilder, StateEffect, StateField, type EditorState } from '@codemirror/state';
import type { Extension, Text, TransactionSpec } from '@codemirror/state';
import { gutterLineClass, GutterMarker } from '@codemirror/view';
import type { Marked } from './editor-contract.ts';

class WrongLine extends GutterMarker {
  override elementClass = 'wrong-line';
}
const WRONG = new WrongLine();
const setLines = StateEffect.define<RangeSet<GutterMarker>>();

/** The numbers of lines with a problem are marked; they move with the text until it has been checked anew. */
const lines = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update: (before, transaction) => {
    const set = transaction.effects.find((effect) => effect.is(setLines));
    return set ? (set.value as RangeSet<GutterMarker>) : before.map(transaction.changes);
  },
  provide: (field) => gutterLineClass.from(field),
});
export const problemLines: Extension = lines;

/** Underlines each problem where it is, and marks its line; those without a line are told beside the editor only. */
export function markProblems(state: EditorState, problems: readonly Marked[]): TransactionSpec {
  const placed = problems.flatMap((problem): Diagnostic[] => {
    const span = spanOf(state.doc, problem);
    return span === null ? [] : [{ ...span, severity: 'error', message: problem.message }];
  });
  const builder = new RangeSetBuilder<GutterMarker>();
  const starts = [...new Set(placed.map(({ from }) => state.doc.lineAt(from).from))];
  for (const start of starts.sort((one, other) => one - other)) builder.add(start, start, WRONG);
  const spec = setDiagnostics(state, placed);
  return { ...spec, effects: [spec.effects ?? [], setLines.of(builder.finish())].flat() };
}

/** The word at the column; without a column what stands on the line. */
function spanOf(doc: Text, { line: number, column }: Marked): { from: number; to: number } | null {
  if (number === null || number < 1 || number > doc.lines) return null;
  const { from, to, text } = doc.line(number);
  if (column === null || column > text.length) {
    const lead = /^[\s-]*/.exec(text)![0].length;
    return { from: from + (lead < text.length ? lead : 0), to };
  }
  const [all, lead] = /^(\s*)(?:"[^"]*"|'[^']*'|[^\s{}[\],:#]+|.)/.exec(text.slice(column - 1)) ?? ['', ''];
  return { from: from + column - 1 + lead!.length, to: from + column - 1 + all.length };
}
