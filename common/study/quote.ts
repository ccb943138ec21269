/** Longer than any name of a study: what is longer was meant for something else, and is cut in sentences. */
const LONGEST = 80;

export function quote(text: string): string {
  return `'${shortened(text, LONGEST)}'`;
}

/** At most so many characters, the last of them '…' where there are more. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
