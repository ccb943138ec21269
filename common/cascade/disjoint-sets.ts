/** A partition of the numbers 0 … size − 1 that starts as singletons and only ever joins. */
export class DisjointSets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, number) => number);
  }

  /** The least number of the set, which stands for it. */
  find(number: number): number {
    const parents = this.#parents;
    while (parents[number] !== number) {
      // Halving the path keeps later searches short.
      const next = parents[parents[number]!]!;
      parents[number] = next;
      number = next;
    }
    return number;
  }

  join(one: number, other: number): void {
    const [a, b] = [this.find(one), this.find(other)];
    if (a < b) this.#parents[b] = a;
    else this.#parents[a] = b;
  }
}
