import { printable } from '../names.ts';

/** Longer than any name of a study: what is longer was meant for something else, and is cut in sentences. */
const LONGEST = 80;

/** A text within a sentence: cut, and with what can not be shown written as \u{…}. */
export function quote(text: string): string {
  return `'${printable(shortened(text, LONGEST))}'`;
}

/** At most so many characters, the last of them '…' where there are more. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
