/** What is wrong with the workspace at large, each kept until its source says that it is over. */
export class Problems {
  readonly #sentences = new Map<string, string>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Each sentence once, however many runs it holds up. */
  get list(): string[] {
    return [...new Set(this.#sentences.values())];
  }

  set(source: string, sentence: string): void {
    if (this.#sentences.get(source) === sentence) return;
    this.#sentences.set(source, sentence);
    this.#onChange();
  }

  clear(source: string): void {
    if (this.#sentences.delete(source)) this.#onChange();
  }
}
