/** The places in a list, in order, of values that stood there before. */
export function repeated(values: readonly unknown[]): number[] {
  const known = new Set<unknown>();
  return [...values.keys()].filter((index) => {
    const again = known.has(values[index]);
    known.add(values[index]);
    return again;
  });
}
