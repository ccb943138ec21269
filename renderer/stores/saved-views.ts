import {
  readDocument,
  viewContent,
  type DocumentKind,
  type StoredDocument,
} from '../../common/contract/document-schemas.ts';
import type { ViewName } from './views.ts';

/** A view of which people keep states by name: what of its address makes such a state. */
export interface ViewKind {
  view: ViewName;
  title: string;
  /** Of the documents. */
  kind: DocumentKind;
  /** Parameters of the address that are kept. Where one was in it and what one chose is not part of it. */
  parameters: readonly string[];
}

export const SAVED_VIEWS = {
  runs: {
    view: 'runs',
    title: 'runs',
    kind: 'view',
    parameters: ['filter', 'sort', 'groups', 'columns', 'widths', 'spread'],
  },
  compare: {
    view: 'compare',
    title: 'comparison',
    kind: 'comparison',
    parameters: ['filter', 'group', 'spread', 'panes'],
  },
} as const satisfies Readonly<Record<string, ViewKind>>;

/** Names the saved view that an address began with. */
export const VIEW_PARAMETER = 'view';

export type ViewState = Readonly<Record<string, string>>;

/** What is kept of an address. */
export function viewOf({ parameters: kept }: ViewKind, parameters: ViewState): ViewState {
  return Object.fromEntries(
    kept.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
  );
}

/** Null of what a later version has written. */
export function readView(kind: ViewKind, document: StoredDocument): ViewState | null {
  const read = readDocument(viewContent, document);
  return read === null ? null : viewOf(kind, read);
}

/** Parameters of the address at which a saved view begins. */
export function addressOf(name: string, view: ViewState): Record<string, string> {
  return { ...view, [VIEW_PARAMETER]: name };
}

export function sameView(one: ViewState, other: ViewState): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
