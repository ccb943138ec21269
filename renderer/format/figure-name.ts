/** A name for a figure from words, such as 'test-accuracy-against-epoch', that none of the taken ones is. */
export function freeFigureName(words: string, taken: readonly string[]): string {
  const plain =
    words
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[^a-z0-9]+|-+$/g, '')
      .slice(0, 70) || 'figure';
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.includes(name)) return name;
  }
}
