import { defaultKeymap, history, historyField, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { sql, SQLite } from '@codemirror/lang-sql';
import { bracketMatching } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorSelection, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, tooltips } from '@codemirror/view';
import type { CodeLanguage, Marked, Writing } from './editor-contract.ts';
import { look } from './look.ts';
import { markProblems, problemLines } from './problems.ts';
import { adoptStyles } from './style-sheets.ts';
import { suggesting } from './suggesting.ts';

/** The one module that the page loads CodeMirror with, when an editor is first shown. */

export interface CodeMirrorOptions {
  parent: HTMLElement;
  /** Named in the accessibility tree. */
  label: string;
  /** Of the element that explains what is at the caret, if any. */
  describedBy: string | undefined;
  writing: () => Writing;
  changed: (text: string) => void;
  caretMoved: (caret: number) => void;
  submitted: () => void;
}

export interface CodeMirror {
  /** Shows the text of a document. What was done to one that was shown before can still be undone. */
  show: (key: string, text: string) => void;
  mark: (problems: readonly Marked[]) => void;
  /** Selects the line and brings it into sight. */
  showLine: (line: number) => void;
  focus: () => void;
  /** Keeps what can be undone for the next editor of the same document. */
  destroy: () => void;
}

/** What each document was left as, its history included: an editor goes when its view does. */
const left = new Map<string, unknown>();
const MOST_LEFT = 40;
const KEPT = { history: historyField };

const LANGUAGES: Readonly<Record<CodeLanguage, () => Extension>> = {
  yaml,
  sql: () => sql({ dialect: SQLite }),
};

adoptStyles();

export function createCodeMirror(options: CodeMirrorOptions): CodeMirror {
  const { parent, writing } = options;
  let shown: string | null = null;
  const extensions: Extension = [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    LANGUAGES[writing().language](),
    EditorState.tabSize.of(2),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      tabindex: '0',
      spellcheck: 'false',
      autocapitalize: 'off',
      ...(options.describedBy === undefined ? {} : { 'aria-describedby': options.describedBy }),
    }),
    tooltips({ position: 'fixed' }),
    suggesting(writing),
    problemLines,
    keymap.of([
      { key: 'Mod-Enter', run: () => (options.submitted(), true) },
      { key: 'Enter', run: (view) => breakLine(view, writing()) },
      ...lintKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.domEventHandlers({ beforeinput: typeOver }),
    look,
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.changed(update.state.doc.toString());
      if (update.selectionSet || update.docChanged || update.focusChanged)
        if (update.view.hasFocus) options.caretMoved(update.state.selection.main.head);
    }),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  // Chromium counts what can take the focus by a script as a control, which would have no name.
  view.scrollDOM.removeAttribute('tabindex');

  function leave(): void {
    if (shown === null) return;
    left.delete(shown);
    left.set(shown, view.state.toJSON(KEPT));
    for (const oldest of left.keys()) {
      if (left.size <= MOST_LEFT) break;
      left.delete(oldest);
    }
  }

  return {
    show: (key, text) => {
      const wanted = text.replace(/\r\n?/g, '\n');
      if (key !== shown) {
        leave();
        const before = left.get(key);
        shown = key;
        view.setState(
          before === undefined
            ? EditorState.create({ doc: wanted, extensions })
            : EditorState.fromJSON(before, { extensions }, KEPT),
        );
      }
      const change = difference(view.state.doc.toString(), wanted);
      if (change !== null) view.dispatch({ changes: change, userEvent: 'replace' });
    },
    mark: (problems) => view.dispatch(markProblems(view.state, problems)),
    showLine: (number) => {
      const { from, to } = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      view.dispatch({
        selection: EditorSelection.range(from, to),
        effects: EditorView.scrollIntoView(from, { y: 'start', yMargin: 60 }),
      });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => {
      leave();
      view.destroy();
    },
  };
}

/**
 * Writes over what is selected. Left to itself, Chromium gives the new text the look of the old one by an inline style, which the
 * page's policy forbids.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { inputType, data } = event;
  if (inputType !== 'insertText' || data === null || event.isComposing) return false;
  const selected = document.getSelection();
  if (!selected || selected.isCollapsed || !selected.anchorNode || !selected.focusNode) return false;
  event.preventDefault();
  // What was selected by other means than keys and pointer, the editor may not know of yet.
  if (view.state.selection.ranges.length === 1) {
    const anchor = view.posAtDOM(selected.anchorNode, selected.anchorOffset);
    view.dispatch({ selection: { anchor, head: view.posAtDOM(selected.focusNode, selected.focusOffset) } });
  }
  view.dispatch(
    view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true }),
  );
  return true;
}

function breakLine(view: EditorView, { newLine }: Writing): boolean {
  const { from, to } = view.state.selection.main;
  if (!newLine || from !== to) return false;
  const insert = newLine(view.state.doc.toString(), from);
  view.dispatch({
    changes: { from, insert },
    selection: { anchor: from + insert.length },
    scrollIntoView: true,
    userEvent: 'input',
  });
  return true;
}

/** The one change that makes one text of the other, so that the caret and what can be undone stay. */
function difference(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
