/** A list of texts in memory that threads share: millions of file names once, not once a thread. */
export interface SharedTexts {
  bytes: SharedArrayBuffer;
  /** Float64: where each text starts, and where the last one ends. */
  starts: SharedArrayBuffer;
}

export function shareTexts(texts: readonly string[]): SharedTexts {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const starts = new Float64Array(new SharedArrayBuffer(8 * (texts.length + 1)));
  lengths.forEach((length, index) => (starts[index + 1] = starts[index]! + length));
  const bytes = new SharedArrayBuffer(starts[texts.length]!);
  const target = Buffer.from(bytes);
  texts.forEach((text, index) => target.write(text, starts[index]!));
  return { bytes, starts: starts.buffer };
}

export function sharedText({ bytes, starts }: SharedTexts, index: number): string {
  const [start, end] = new Float64Array(starts, 8 * index, 2);
  return Buffer.from(bytes, start, end! - start!).toString('utf8');
}
