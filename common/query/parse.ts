import type { Operator, Syntax, ValueSyntax } from './syntax.ts';
import { QueryError, tokensOf, type Token } from './tokens.ts';

/**
 * Reads a query:
 *
 *     criterion = magnitude and (pruned > 80% or seed in [1, 2]) and not tag = draft
 *
 * Comparisons and plain words stand beside one another with 'and', 'or', 'not' and parentheses; where nothing stands between two,
 * 'and' is meant. A word that is compared with nothing is looked for in names.
 *
 * @throws QueryError
 */
export function parseQuery(text: string): Syntax {
  return new Parser(tokensOf(text)).read();
}

/** Deeper ones are nobody's, and the stack has an end. */
const MOST_NESTED = 100;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): Syntax {
    if (this.#peek().kind === 'end') return { is: 'all' };
    const syntax = this.#or();
    const { kind, text, from, to } = this.#peek();
    if (kind !== 'end') throw new QueryError(`“${text}” has nothing that it belongs to.`, from, to);
    return syntax;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    return this.#tokens[this.#at++]!;
  }

  #isWord(word: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.kind === 'word' && token.text.toLowerCase() === word && token.argument === undefined;
  }

  #or(): Syntax {
    const parts = [this.#and()];
    while (this.#isWord('or')) {
      this.#take();
      parts.push(this.#and());
    }
    return parts.length === 1 ? parts[0]! : { is: 'or', parts };
  }

  #and(): Syntax {
    const parts = [this.#not()];
    for (;;) {
      if (this.#isWord('and')) this.#take();
      else if (!['word', 'text', 'open'].includes(this.#peek().kind) || this.#isWord('or')) break;
      parts.push(this.#not());
    }
    return parts.length === 1 ? parts[0]! : { is: 'and', parts };
  }

  #not(): Syntax {
    if (!this.#isWord('not')) return this.#primary();
    const { from, to } = this.#take();
    this.#descend(from, to);
    const part = this.#not();
    this.#depth -= 1;
    return { is: 'not', part };
  }

  #primary(): Syntax {
    const token = this.#take();
    if (token.kind === 'open') {
      this.#descend(token.from, token.to);
      const inner = this.#or();
      this.#depth -= 1;
      const close = this.#take();
      if (close.kind !== 'close')
        throw new QueryError('The parenthesis has no end: add )', token.from, token.to);
      return inner;
    }
    if (token.kind === 'end') throw new QueryError('Something is missing at the end.', token.from, token.to);
    if (token.kind !== 'word' && token.kind !== 'text')
      throw new QueryError(`A key or a name belongs before “${token.text}”.`, token.from, token.to);
    if (token.kind === 'text' && this.#peek().kind !== 'operator') return { is: 'word', text: token.text };
    return this.#comparison(token) ?? this.#plain(token);
  }

  /** Null where the word is compared with nothing. */
  #comparison({ text: name, argument, from, to }: Token): Syntax | null {
    const key = { name, argument, from, to };
    const negated = this.#isWord('not') && this.#isWord('in', 1);
    if (negated || (this.#isWord('in') && this.#tokens[this.#at + 1]?.kind === 'open list')) {
      if (negated) this.#take();
      this.#take();
      return { is: 'comparison', key, operator: 'in', values: this.#list(), negated };
    }
    if (this.#peek().kind !== 'operator') return null;
    const operator = this.#take().text as Operator;
    return { is: 'comparison', key, operator, values: [this.#value()], negated: false };
  }

  #list(): ValueSyntax[] {
    const open = this.#take();
    if (open.kind !== 'open list')
      throw new QueryError('A list in brackets belongs after “in”, such as [1, 2].', open.from, open.to);
    const values: ValueSyntax[] = [];
    while (this.#peek().kind !== 'close list') {
      values.push(this.#value());
      if (this.#peek().kind === 'comma') this.#take();
      else if (this.#peek().kind !== 'close list')
        throw new QueryError('A comma or ] belongs here.', this.#peek().from, this.#peek().to);
    }
    this.#take();
    return values;
  }

  #value(): ValueSyntax {
    const { kind, text, argument, from, to } = this.#take();
    if (kind !== 'word' && kind !== 'text')
      throw new QueryError('A value belongs here.', from, Math.max(to, from));
    const written = argument === undefined ? text : `${text}(${argument})`;
    return { text: written, quoted: kind === 'text', from, to };
  }

  /** 'seed 1' means the seed: so runs are called. */
  #plain(token: Token): Syntax {
    const number = this.#peek();
    if (token.text.toLowerCase() === 'seed' && number.kind === 'word' && /^\d+$/.test(number.text)) {
      this.#take();
      const { from, to } = token;
      const value = { text: number.text, quoted: false, from: number.from, to: number.to };
      const key = { name: 'seed', argument: undefined, from, to };
      return { is: 'comparison', key, operator: '=', values: [value], negated: false };
    }
    return {
      is: 'word',
      text: token.argument === undefined ? token.text : `${token.text}(${token.argument})`,
    };
  }

  #descend(from: number, to: number): void {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) throw new QueryError('The query is nested too deeply.', from, to);
  }
}
