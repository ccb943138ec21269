/** What the Enter key writes: a line as deep as the one that it leaves, and deeper where that one opens something. */
export function newLineAt(text: string, caret: number): string {
  const line = text.slice(text.lastIndexOf('\n', caret - 1) + 1, caret);
  const lead = /^ *(?:- +)*/.exec(line)?.[0] ?? '';
  const content = line.slice(lead.length).trim();
  const opens = !content.startsWith('#') && /(?::|: *[|>][+-]?|[{[])$/.test(content);
  return `\n${' '.repeat(lead.length + (opens ? 2 : 0))}`;
}

/**
 * Whether what was just typed asks for suggestions: a letter of a word does, and they may be chosen with Enter; the
 * place of a value or of a next key only shows them, so that Enter is still a new line. Null: it does not.
 */
export function askedBy(text: string, caret: number, typed: string): 'choose' | 'look' | null {
  if (typed.length !== 1) return null;
  if (/[^\s{}[\],:#'"]/.test(typed)) return 'choose';
  return /(?:: |[{[,] ?)$/.test(text.slice(Math.max(0, caret - 2), caret)) ? 'look' : null;
}
