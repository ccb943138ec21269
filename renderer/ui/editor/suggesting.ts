import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  currentCompletions,
  moveCompletionSelection,
  pickedCompletion,
  selectedCompletion,
  selectedCompletionIndex,
  setSelectedCompletion,
  startCompletion,
} from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import type { Extension, Transaction } from '@codemirror/state';
import { EditorView, keymap, type KeyBinding, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { Suggestion, Suggestions, Writing } from './editor-contract.ts';

/** How the list came up: see `Writing.asks`; 'follow' after a choice, for the value of a key that was just written. */
type Asked = 'choose' | 'look' | 'follow' | null;

const askedByKey = StateEffect.define<null>();

/** The list of suggestions: when it opens, how keys move through it, and what choosing writes. */
export function suggesting(writing: () => Writing): Extension {
  const asked = StateField.define<Asked>({
    create: () => null,
    update: (before, transaction) => askedAfter(before, transaction, writing()),
  });

  function find(state: EditorState, caret: number): Suggestions | null {
    return writing().complete?.(state.doc.toString(), caret) ?? null;
  }

  function source({ state, pos }: CompletionContext): CompletionResult | null {
    const how = state.field(asked);
    const found = how === null ? null : find(state, pos);
    if (found === null || (how === 'follow' && found.prefix !== '')) return null;
    const [first, ...others] = found.suggestions;
    // A word that is whole already needs no list.
    if (how === 'choose' && others.length === 0 && first?.label === found.prefix) return null;
    return {
      from: found.from,
      to: found.to,
      options: found.suggestions.map(completionOf),
      filter: false,
    };
  }

  const ask = (view: EditorView): boolean => {
    view.dispatch({ effects: askedByKey.of(null) });
    if (find(view.state, view.state.selection.main.head) === null)
      view.dispatch({ effects: EditorView.announce.of('No suggestions here') });
    return startCompletion(view);
  };
  const keys: KeyBinding[] = [
    { key: 'Ctrl-Space', run: ask },
    { key: 'ArrowDown', run: moveCompletionSelection(true) },
    { key: 'ArrowUp', run: moveCompletionSelection(false) },
    { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
    { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
    { key: 'Escape', run: closeCompletion, stopPropagation: true },
    { key: 'Tab', run: acceptFirst },
    { key: 'Enter', run: acceptChosen },
  ];
  return [
    asked,
    EditorState.phrases.of({ Completions: 'Suggestions' }),
    autocompletion({
      override: [source],
      defaultKeymap: false,
      icons: false,
      selectOnOpen: false,
      activateOnTypingDelay: 0,
      activateOnCompletion: () => true,
      interactionDelay: 0,
      maxRenderedOptions: 400,
    }),
    ViewPlugin.define(() => ({ update: (update) => chooseFirst(update, asked) })),
    Prec.highest(keymap.of(keys)),
  ];
}

function askedAfter(before: Asked, transaction: Transaction, writing: Writing): Asked {
  if (transaction.effects.some((effect) => effect.is(askedByKey))) return 'choose';
  if (!transaction.docChanged) return before;
  if (transaction.isUserEvent('input.complete')) return 'follow';
  if (transaction.isUserEvent('delete')) return before === null ? null : 'choose';
  if (!transaction.isUserEvent('input.type')) return null;
  const typed = typedIn(transaction);
  if (typed.length !== 1) return null;
  if (!writing.asks) return /\w/.test(typed) ? 'choose' : null;
  return writing.asks(transaction.newDoc.toString(), transaction.newSelection.main.head, typed);
}

function typedIn(transaction: Transaction): string {
  let typed = '';
  transaction.changes.iterChanges((_from, _to, _fromNow, _toNow, inserted) => (typed += inserted.toString()));
  return typed;
}

/** Where the list is to be chosen from, its first entry is chosen as soon as it is open. */
function chooseFirst({ view, state }: ViewUpdate, asked: StateField<Asked>): void {
  const isOpen = (of: EditorState) =>
    of.field(asked) !== 'look' && completionStatus(of) === 'active' && selectedCompletionIndex(of) === null;
  if (!isOpen(state)) return;
  queueMicrotask(() => {
    if (isOpen(view.state)) view.dispatch({ effects: setSelectedCompletion(0) });
  });
}

function acceptFirst(view: EditorView): boolean {
  if (completionStatus(view.state) !== 'active' || currentCompletions(view.state).length === 0) return false;
  if (selectedCompletionIndex(view.state) === null) view.dispatch({ effects: setSelectedCompletion(0) });
  return acceptCompletion(view);
}

/** Enter takes what is chosen, unless that stands there already. */
function acceptChosen(view: EditorView): boolean {
  const chosen = selectedCompletion(view.state);
  if (chosen === null) return false;
  const { head } = view.state.selection.main;
  return view.state.sliceDoc(Math.max(0, head - chosen.label.length), head) === chosen.label
    ? false
    : acceptCompletion(view);
}

function completionOf(suggestion: Suggestion): Completion {
  const { label, detail, description, insert, caret } = suggestion;
  return {
    label,
    detail,
    ...(description === '' ? {} : { info: description }),
    apply: (view, completion, from, to) =>
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + caret },
        scrollIntoView: true,
        userEvent: 'input.complete',
        annotations: pickedCompletion.of(completion),
      }),
  };
}
