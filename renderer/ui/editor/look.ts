import { HighlightStyle, syntaxHighlighting, type TagStyle } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The editor from the tokens of both themes, so that switching them needs nothing of it. */
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', fontSize: 'var(--size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    lineHeight: '1.6',
    // What is written stands letter by letter: no arrows drawn of '->'.
    fontFeatureSettings: 'normal',
    fontVariantLigatures: 'none',
    scrollbarWidth: 'thin',
    scrollbarColor: 'var(--border-strong) transparent',
  },
  '.cm-content': { padding: '8px 0 40px', caretColor: 'var(--text)' },
  '.cm-content:focus-visible': { outline: '1px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '1.5px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-gutters': {
    border: '0',
    background: 'var(--surface-sunken)',
    color: 'var(--text-muted)',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 8px 0 12px' },
  '.cm-lineNumbers .cm-gutterElement.wrong-line': {
    background: 'var(--danger-soft)',
    boxShadow: 'inset 3px 0 var(--danger)',
    color: 'var(--danger)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger)',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '&.cm-focused .cm-matchingBracket': {
    background: 'var(--accent-soft)',
    outline: '1px solid var(--accent)',
  },
  '&.cm-focused .cm-nonmatchingBracket': { background: 'var(--danger-soft)' },
  '.cm-tooltip': {
    zIndex: '40',
    border: '1px solid var(--border-strong)',
    borderRadius: '6px',
    background: 'var(--surface-raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip-lint': { maxWidth: '420px', fontFamily: 'var(--sans)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--danger)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    minWidth: 'min(420px, 60vw)',
    maxHeight: '204px',
    padding: '4px 0',
    fontFamily: 'var(--sans)',
    scrollbarWidth: 'thin',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: '16px',
    justifyContent: 'space-between',
    alignItems: 'baseline',
    padding: '2px 10px',
    lineHeight: '1.5',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li:hover': { background: 'var(--surface-hover)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent-soft)',
    boxShadow: 'inset 2px 0 var(--accent)',
    color: 'var(--text)',
  },
  '.cm-completionLabel': { flex: 'none', maxWidth: '75%', overflow: 'hidden', fontFamily: 'var(--mono)' },
  '.cm-completionDetail': {
    overflow: 'hidden',
    marginLeft: '0',
    color: 'var(--text-secondary)',
    fontSize: 'var(--size-small)',
    fontStyle: 'normal',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  '.cm-completionInfo': {
    maxWidth: '320px',
    padding: '6px 10px',
    color: 'var(--text-secondary)',
    fontFamily: 'var(--sans)',
    lineHeight: '1.4',
  },
});

/** What is written is quiet: names in the colour of text, values in the accent's, remarks faint. */
const highlighting = [
  { tag: tags.comment, color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: [tags.string, tags.number, tags.bool, tags.null, tags.content], color: 'var(--accent)' },
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--text)', fontWeight: '600' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--text)' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--text-secondary)' },
] satisfies TagStyle[];

export const look: Extension = [theme, syntaxHighlighting(HighlightStyle.define(highlighting))];
