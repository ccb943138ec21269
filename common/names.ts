/** Control characters, lone surrogates, line ends and marks of direction: they change what stands around them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** Whether a name can be shown as it stands: on a terminal, in a page, in a table. */
export function isPrintable(name: string): boolean {
  return name.search(UNPRINTABLE) < 0;
}

/** A name of any origin within a sentence: quoted, cut, and with what can not be shown written as \u{…}. */
export function quoted(name: string): string {
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  return `'${shown.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)}'`;
}
