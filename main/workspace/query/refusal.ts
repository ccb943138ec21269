import { CascadeError } from '../../../common/errors.ts';
import type { StudyProblem } from '../../../common/contract/schemas.ts';
import { sqlTokens, type SqlToken } from '../../../common/sql/tokens.ts';

/** Where in the text of a query: [from, to). */
export interface SqlPlace {
  from: number;
  to: number;
}

/** A query that is refused or fails, and the place of the cause in its text, as studies tell theirs. */
export class SqlError extends CascadeError {
  readonly place: SqlPlace | null;
  readonly problems: StudyProblem[];

  constructor(message: string, place: SqlPlace | null, sql: string) {
    super('INVALID_SQL', message);
    this.place = place && { from: place.from, to: place.to };
    const before = sql.slice(0, place?.from).split('\n');
    this.problems = place
      ? [
          {
            line: before.length,
            column: before.at(-1)!.length + 1,
            key: sql.slice(place.from, place.to) || 'the end',
            message: 'the cause is here.',
          },
        ]
      : [];
  }
}

const READING = ['select', 'with', 'values'];
/** Functions and tables that reach out of the database, or into how it is read. */
const CLOSED = /^(load_extension|fts3_tokenizer|sqlite_dbpage|dbstat)$|^pragma_/i;

/**
 * Refuses what is not one statement that reads. SQLite carries out some statements while it only prepares them, `pragma query_only =
 * off` among them, also behind `explain`: so that this is done before SQLite sees the text.
 *
 * @throws SqlError
 */
export function refuseOtherThanReading(sql: string): void {
  const tokens = sqlTokens(sql);
  const broken = tokens.find(({ kind }) => kind === 'broken');
  if (broken) throw new SqlError('A quotation or a comment has no end.', broken, sql);
  if (sql.includes('\0')) throw new SqlError('A query cannot hold the character of number 0.', null, sql);
  const end = tokens.findIndex(isEnd);
  const statement = end < 0 ? tokens : tokens.slice(0, end);
  const rest = end < 0 ? [] : tokens.slice(end).filter((token) => !isEnd(token));
  if (statement.length === 0)
    throw new SqlError('Write a query, such as: select run, test_accuracy from runs', null, sql);
  const begin = statement[behindExplain(statement)];
  if (begin?.kind !== 'word' || !READING.includes(begin.text.toLowerCase()))
    throw new SqlError(
      `A query begins with select, with or values: it only reads, and '${(begin ?? statement[0]!).text}' is not carried out.`,
      begin ?? statement[0]!,
      sql,
    );
  if (rest.length > 0)
    throw new SqlError('Only one query at a time: take away what follows the semicolon.', rest[0]!, sql);
  const closed = statement.find((token, place) => CLOSED.test(nameIn(token, statement[place - 1])));
  if (closed) throw new SqlError(`'${closed.text}' cannot be used in a query.`, closed, sql);
}

/** What a token may name; SQLite takes a text, too, for a name where it misses one. */
function nameIn({ kind, text }: SqlToken, before: SqlToken | undefined): string {
  if (kind === 'word' || kind === 'quoted') return text;
  const isNamed = kind === 'text' && /^(from|join|as|[,.(])$/i.test(before?.text ?? '');
  return isNamed ? text.slice(1, -1) : '';
}

function isEnd({ kind, text }: SqlToken): boolean {
  return kind === 'sign' && text === ';';
}

/** Place of the first word behind `explain` and `explain query plan`. */
function behindExplain(tokens: readonly SqlToken[]): number {
  const is = (place: number, word: string): boolean =>
    tokens[place]?.kind === 'word' && tokens[place].text.toLowerCase() === word;
  if (!is(0, 'explain')) return 0;
  return is(1, 'query') && is(2, 'plan') ? 3 : 1;
}
