/** What a query says, before it is known which keys there are. Places are [from, to) of the text. */
export type Syntax =
  | { is: 'all' }
  | { is: 'and' | 'or'; parts: Syntax[] }
  | { is: 'not'; part: Syntax }
  | { is: 'word'; text: string }
  | { is: 'comparison'; key: KeySyntax; operator: Operator; values: ValueSyntax[]; negated: boolean };

export interface KeySyntax {
  name: string;
  /** Threshold, as written. */
  argument: string | undefined;
  from: number;
  to: number;
}

export interface ValueSyntax {
  text: string;
  quoted: boolean;
  from: number;
  to: number;
}

/** 'in' has a list of values, all others one. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | 'in';
