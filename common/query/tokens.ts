/** A piece of a query, and where it stands in the text: [from, to). */
export interface Token {
  kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'open list' | 'close list' | 'comma' | 'end';
  /** Of a word as written; of quoted text, what is within. */
  text: string;
  /** What stands in the parentheses that touch a word: the threshold of `shed(1e-4)`. */
  argument?: string;
  from: number;
  to: number;
}

/** A query that cannot be read, and the place of the cause. */
export class QueryError extends Error {
  readonly from: number;
  readonly to: number;

  constructor(message: string, from: number, to: number) {
    super(message);
    this.name = 'QueryError';
    this.from = from;
    this.to = to;
  }
}

const SIGNS: Readonly<Record<string, Token['kind']>> = {
  '(': 'open',
  ')': 'close',
  '[': 'open list',
  ']': 'close list',
  ',': 'comma',
};
/** As written, and as meant. */
const OPERATORS: readonly (readonly [written: string, meant: string])[] = [
  ['!=', '!='],
  ['!~', '!~'],
  ['<=', '<='],
  ['>=', '>='],
  ['==', '='],
  ['<>', '!='],
  ['=', '='],
  ['~', '~'],
  ['<', '<'],
  ['>', '>'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
];
const WORD = /[^\s()[\],=<>!~≤≥≠"'“”]+/y;
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”' };
/** After these a parenthesis groups; after any other word it holds the word's argument. */
const NO_ARGUMENT = /^(and|or|not|in)$/i;

/** @throws QueryError of a sign that means nothing, or a quotation without end */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at]!;
    const from = at;
    if (/[\s·]/.test(sign)) {
      at += 1;
      continue;
    }
    const quote = QUOTES[sign];
    if (quote !== undefined) {
      const end = text.indexOf(quote, at + 1);
      if (end < 0) throw new QueryError(`The quotation has no end: add ${quote}`, from, text.length);
      at = end + 1;
      tokens.push({ kind: 'text', text: text.slice(from + 1, end), from, to: at });
      continue;
    }
    const kind = SIGNS[sign];
    if (kind !== undefined) {
      at += 1;
      tokens.push({ kind, text: sign, from, to: at });
      continue;
    }
    const operator = OPERATORS.find(([written]) => text.startsWith(written, at));
    if (operator) {
      at += operator[0].length;
      tokens.push({ kind: 'operator', text: operator[1], from, to: at });
      continue;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) throw new QueryError(`“${sign}” means nothing here.`, from, from + 1);
    at += word.length;
    const token: Token = { kind: 'word', text: word, from, to: at };
    if (text[at] === '(' && !NO_ARGUMENT.test(word)) {
      const end = text.indexOf(')', at);
      if (end < 0) throw new QueryError('The parenthesis has no end: add )', at, text.length);
      token.argument = text.slice(at + 1, end).trim();
      at = token.to = end + 1;
    }
    tokens.push(token);
  }
  tokens.push({ kind: 'end', text: '', from: text.length, to: text.length });
  return tokens;
}
