import type { SqlColumn, SqlSchema, SqlView } from '../../common/sql/schema.ts';
import { sqlTokens, type SqlToken } from '../../common/sql/tokens.ts';
import type { Suggestion, Suggestions } from '../ui/editor/editor-contract.ts';

const KEYWORDS =
  'select from where group by order by having limit join left join using on as and or not in is null between like distinct count avg sum min max filter over partition by with union all case when then else end desc asc'
    .split(/ (?!by|join|all)/)
    .filter((word, place, words) => words.indexOf(word) === place);

/** What may stand at the caret of a query: columns of the views that it names first, then views, then words of the language. */
export function completeSql(text: string, caret: number, schema: SqlSchema): Suggestions | null {
  // A letter that is written in a comment becomes part of no token.
  if (sqlTokens(`${text.slice(0, caret)}x`).at(-1)?.to !== caret + 1) return null;
  const tokens = sqlTokens(text);
  const at = tokens.find(({ from, to }) => from < caret && caret <= to);
  if (at && at.kind !== 'word' && !isDot(at)) return null;
  const word = at?.kind === 'word' ? at : null;
  const from = word?.from ?? caret;
  const prefix = text.slice(from, caret);
  const before = tokens.filter(({ to }) => to <= from);
  const dot = before.at(-1);
  const named = viewsNamed(tokens, schema);
  const found =
    dot && isDot(dot) && dot.to === from
      ? (named.get(before.at(-2)?.text.toLowerCase() ?? '')?.columns ?? []).map(columnSuggestion)
      : everything(schema, named, before.at(-1));
  const suggestions = matching(found, prefix);
  if (suggestions.length === 0 || (prefix === '' && !(dot && isDot(dot)) && dot === undefined)) return null;
  return { from, to: word?.to ?? caret, prefix, suggestions };
}

function isDot({ kind, text }: SqlToken): boolean {
  return kind === 'sign' && text === '.';
}

/** Views by the names and other names that a query has for them. */
function viewsNamed(tokens: readonly SqlToken[], { views }: SqlSchema): Map<string, SqlView> {
  const named = new Map<string, SqlView>();
  tokens.forEach((token, place) => {
    const before = tokens[place - 1]?.text.toLowerCase() ?? '';
    const view = views.find(({ name }) => name === token.text.toLowerCase());
    if (!view || !['from', 'join', ','].includes(before)) return;
    named.set(view.name, view);
    const next = tokens[place + 1];
    const other = next?.text.toLowerCase() === 'as' ? tokens[place + 2] : next;
    if (
      other?.kind === 'word' &&
      !KEYWORDS.some((keyword) => keyword.split(' ').includes(other.text.toLowerCase()))
    )
      named.set(other.text.toLowerCase(), view);
  });
  return named;
}

function everything(
  { views }: SqlSchema,
  named: ReadonlyMap<string, SqlView>,
  before: SqlToken | undefined,
): Suggestion[] {
  const asViews = views.map(viewSuggestion);
  if (before && ['from', 'join'].includes(before.text.toLowerCase())) return asViews;
  const from = named.size > 0 ? [...new Set(named.values())] : views;
  const columns = new Map<string, Suggestion>();
  for (const view of from)
    for (const column of view.columns)
      if (!columns.has(column.name)) columns.set(column.name, columnSuggestion(column));
  return [...columns.values(), ...asViews, ...KEYWORDS.map((word) => suggestion(word, '', ''))];
}

/** Those that begin with what is written, then those that hold it. */
function matching(all: readonly Suggestion[], prefix: string): Suggestion[] {
  const wanted = prefix.toLowerCase();
  const begins = all.filter(({ label }) => label.startsWith(wanted));
  return [...begins, ...all.filter(({ label }) => !label.startsWith(wanted) && label.includes(wanted))];
}

function columnSuggestion({ name, type, definition, unit }: SqlColumn): Suggestion {
  return suggestion(name, unit ?? type, definition);
}

function viewSuggestion({ name, rows }: SqlView): Suggestion {
  return suggestion(name, 'view', `A row for ${rows}.`);
}

function suggestion(label: string, detail: string, description: string): Suggestion {
  return { label, detail, description, insert: label, caret: label.length };
}
