/** The arithmetic of the range of epochs that the timeline shows: whole epochs, never fewer than two. */

export interface Range {
  from: number;
  to: number;
}

/** Epochs that a range has between its ends at least. */
const LEAST = 2;

/** A range within [0, last], of at least `LEAST` epochs where there are so many: moved before it is cut. */
export function clampRange({ from, to }: Range, last: number): Range {
  const width = Math.min(Math.max(LEAST, Math.round(to - from)), last);
  const begin = Math.max(0, Math.min(Math.round(from), last - width));
  return { from: begin, to: begin + width };
}

/** Whether it shows every epoch. */
export function isWhole(range: Range, last: number): boolean {
  return range.from <= 0 && range.to >= last;
}

/** Closer by a factor (> 1) or further (< 1), so that the epoch at `around` stays where it is. */
export function zoomRange(range: Range, factor: number, around: number, last: number): Range {
  const held = Math.max(range.from, Math.min(range.to, around));
  const share = (held - range.from) / Math.max(1, range.to - range.from);
  const old = range.to - range.from;
  let width = old / factor;
  // Rounding must not hold it where it is.
  if (Math.round(width) === old) width = factor > 1 ? old - 1 : old + 1;
  width = Math.min(Math.max(LEAST, Math.round(width)), last);
  return clampRange({ from: held - share * width, to: held - share * width + width }, last);
}

export function moveRange(range: Range, by: number, last: number): Range {
  return clampRange({ from: range.from + by, to: range.to + by }, last);
}

/** The range that shows an epoch: the same one where it does, else moved as little as shows some of what comes next too. */
export function rangeShowing(range: Range, epoch: number, last: number): Range {
  if (epoch >= range.from && epoch <= range.to) return range;
  const width = range.to - range.from;
  const ahead = Math.round(width * 0.8);
  return epoch > range.to
    ? clampRange({ from: epoch - (width - ahead), to: epoch + ahead }, last)
    : clampRange({ from: epoch - ahead, to: epoch + (width - ahead) }, last);
}

/** As the address holds it, '12-40'; null for what is none, or shows all. */
export function readRange(text: string | undefined, last: number): Range | null {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text ?? '') ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to) || last < 1) return null;
  const range = clampRange({ from: Number(from), to: Number(to) }, last);
  return isWhole(range, last) ? null : range;
}

export function writeRange({ from, to }: Range): string {
  return `${from}-${to}`;
}

/** Where an epoch lies in a range, as a share of its width: outside of 0 … 1 where it is not shown. */
export function placeOf(epoch: number, { from, to }: Range): number {
  return (epoch - from) / Math.max(1, to - from);
}

/** The epoch at a share of a range's width. */
export function epochAt(share: number, { from, to }: Range): number {
  return Math.max(from, Math.min(to, Math.round(from + share * (to - from))));
}
