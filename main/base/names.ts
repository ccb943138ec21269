/**
 * Control characters, line ends and marks of direction: they change what stands around them. Without \p{…}, which JSON
 * Schema's patterns may not have.
 */
const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff';
/** Lone surrogates too, which no encoding of text can hold. */
const UNPRINTABLE = new RegExp(`[${CONTROLS}\\p{Cs}]`, 'gu');

export const PRINTABLE = new RegExp(`^[^${CONTROLS}]*$`);
/** One line that can be shown as it stands, without space around it. */
export const ONE_LINE = new RegExp(`^[^\\s${CONTROLS}]([^${CONTROLS}]*[^\\s${CONTROLS}])?$`);

/** Whether a name can be shown as it stands: on a terminal, in a page, in a table. */
export function isPrintable(name: string): boolean {
  return printable(name) === name;
}

/** A text in which what cannot be shown is written as \u{…}. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Longer than any name of a study or of a tensor: what is longer was meant for something else, and is cut in sentences. */
const LONGEST = 120;

/** A text of any origin within a sentence: quoted, cut, and with what cannot be shown written as \u{…}. */
export function quoted(text: string): string {
  return `'${printable(shortened(text, LONGEST))}'`;
}

/** At most so many characters, the last of them '…' where there are more. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Whether an entry of a folder or an archive is what a system keeps for itself: hidden files, and macOS's resource forks. */
export function isPassedOver(path: string): boolean {
  return path.split('/').some((part) => part === '__MACOSX' || /^\.[^/]/.test(part));
}
