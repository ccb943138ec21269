/** One thing that may stand at the caret. */
export interface Suggestion {
  label: string;
  /** Beside the label: what it takes, or that it is the default. */
  detail: string;
  /** What it means. */
  description: string;
  /** Replaces the word under the caret; the caret then stands after so many of its characters. */
  insert: string;
  caret: number;
}

/** What may stand in place of a word of the text. */
export interface Suggestions {
  from: number;
  to: number;
  /** What of the word stands before the caret. */
  prefix: string;
  /** The best first. */
  suggestions: readonly Suggestion[];
}

/** Something wrong in the text; the line and column count from 1. */
export interface Marked {
  line: number | null;
  column: number | null;
  message: string;
}

export type CodeLanguage = 'yaml' | 'sql';

/** What an editor asks of the language that is written in it; carets are offsets into the text. */
export interface Writing {
  language: CodeLanguage;
  /** Null where nothing can be said. */
  complete?: (text: string, caret: number) => Suggestions | null;
  /**
   * Whether what was just typed asks for suggestions: 'choose' chooses the first, so that Enter takes it; with 'look' Enter is still a
   * new line. Null: it does not. Without this, letters choose.
   */
  asks?: (text: string, caret: number, typed: string) => 'choose' | 'look' | null;
  /** What the Enter key writes; without this a new line as deep as the one before. */
  newLine?: (text: string, caret: number) => string;
}
