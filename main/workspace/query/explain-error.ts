import { nearestName } from '../../../common/nearest.ts';
import { messageOf } from '../../../common/errors.ts';
import { sqlTokens } from '../../../common/sql/tokens.ts';
import type { Connection } from '../database.ts';
import { SqlError, type SqlPlace } from './refusal.ts';
import { VIEWS } from './views/registry.ts';

/** What SQLite says of a query, with the place that it means and the name that may be meant. */
export function explainError(database: Connection, sql: string, error: unknown): SqlError {
  const message = messageOf(error);
  const near = /^near "(?<found>[\s\S]*)": syntax error$/.exec(message)?.groups?.['found'];
  if (near !== undefined) {
    const place = placeOfSyntaxError(database, sql);
    return new SqlError(`The query cannot be read at '${near}'.`, place, sql);
  }
  if (message === 'incomplete input')
    return new SqlError('The query ends before it is complete.', { from: sql.length, to: sql.length }, sql);
  const missing = /^(?<what>no such (?:column|table|function)|ambiguous column name): (?<name>.+)$/.exec(
    message,
  )?.groups;
  if (missing !== undefined) {
    const { what, name } = missing as { what: string; name: string };
    const plain = name.split('.').at(-1)!;
    const known = what.endsWith('table')
      ? VIEWS.map((view) => view.name)
      : what.endsWith('function')
        ? []
        : columnNames();
    const meant = nearestName(plain, known);
    const sentence =
      what === 'ambiguous column name'
        ? `More than one of the views has a column '${plain}': write which, such as epochs.${plain}.`
        : `There is no ${what.slice('no such '.length)} '${name}'${meant === null ? '' : `; did you mean '${meant}'?`}${meant === null ? '.' : ''}`;
    return new SqlError(sentence, placeOfName(sql, plain), sql);
  }
  const unknown = /^unrecognized token: "(?<found>[\s\S]*)"$/.exec(message)?.groups?.['found'];
  if (unknown !== undefined) {
    const from = sql.indexOf(unknown);
    return new SqlError(
      `'${unknown}' is no part of SQL.`,
      from < 0 ? null : { from, to: from + unknown.length },
      sql,
    );
  }
  return new SqlError(`The query failed: ${message.replace(/\.$/, '')}.`, null, sql);
}

function columnNames(): string[] {
  return [...new Set(VIEWS.flatMap(({ columns }) => columns.map(({ name }) => name)))];
}

function placeOfName(sql: string, name: string): SqlPlace | null {
  const found = sqlTokens(sql).find(
    ({ kind, text }) => (kind === 'word' || kind === 'quoted') && text.toLowerCase() === name.toLowerCase(),
  );
  return found ? { from: found.from, to: found.to } : null;
}

/**
 * The first token with which the text can no longer be read: SQLite names it, and it may stand there many times. Up to the
 * token before, SQLite only misses the rest, or names what is unknown.
 */
function placeOfSyntaxError(database: Connection, sql: string): SqlPlace | null {
  const tokens = sqlTokens(sql);
  const isUnreadable = (count: number): boolean => {
    try {
      database.prepare(sql.slice(0, tokens[count - 1]!.to));
      return false;
    } catch (error) {
      return messageOf(error).endsWith('syntax error');
    }
  };
  // Unreadable stays unreadable: the first one is found by halving.
  let [readable, unreadable] = [0, tokens.length];
  while (unreadable - readable > 1) {
    const middle = Math.floor((readable + unreadable) / 2);
    if (isUnreadable(middle)) unreadable = middle;
    else readable = middle;
  }
  const token = tokens[unreadable - 1];
  return token ? { from: token.from, to: token.to } : null;
}
