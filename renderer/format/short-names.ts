/**
 * Names of arms where there is little room: what is said of all is left out, for what differs to be seen. Grids make names
 * such as 'global rate=0.1 sparsity=0.9', of which a column shows the beginning alone.
 */

/** Letters that have room. */
const MOST = 38;
const CUT = '…';

/** A short name for each of the names of a study; no two that differ are given the same. */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const alike = new Map<string, string[][]>();
  const distinct = [...new Set(names)];
  for (const name of distinct) {
    const words = name.split(' ');
    alike.set(shapeOf(words), [...(alike.get(shapeOf(words)) ?? []), words]);
  }
  const told = new Map(distinct.map((name) => [name, ownWords(name, alike)]));
  const short = new Map([...told].map(([name, own]) => [name, withoutMiddle(own)]));
  // Where the middle was what differed, it is not left out.
  const uses = count([...short.values()]);
  const uncut = new Map(
    [...short].map(([name, text]) => [name, uses.get(text)! > 1 ? told.get(name)! : text]),
  );
  const again = count([...uncut.values()]);
  return new Map([...uncut].map(([name, text]) => [name, again.get(text)! > 1 ? name : text]));
}

/** Names of one grid have the same settings in the same places. */
function shapeOf(words: readonly string[]): string {
  return words.map((word) => (word.includes('=') ? word.slice(0, word.indexOf('=') + 1) : '')).join(' ');
}

/** The words by which a name differs from those of its shape, with a mark where others were left out. */
function ownWords(name: string, alike: ReadonlyMap<string, string[][]>): string {
  const words = name.split(' ');
  const others = alike.get(shapeOf(words))!;
  if (others.length === 1 || name.length <= MOST / 2) return name;
  const shown: string[] = [];
  for (const [at, word] of words.entries())
    if (others.some((other) => other[at] !== word)) shown.push(word);
    else if (shown.at(-1) !== CUT) shown.push(CUT);
  return shown.join(' ');
}

function withoutMiddle(text: string): string {
  if (text.length <= MOST) return text;
  const end = Math.floor((MOST - 1) / 2);
  return `${text.slice(0, MOST - 1 - end)}${CUT}${text.slice(text.length - end)}`;
}

function count(texts: readonly string[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const text of texts) uses.set(text, (uses.get(text) ?? 0) + 1);
  return uses;
}
