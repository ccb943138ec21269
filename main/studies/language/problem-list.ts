import { formatPath } from './document.ts';
import type { Path, StudyDocument } from './document.ts';
import type { StudyProblem } from './first-problems.ts';
import type { MergedSettings } from './merge.ts';
import type { Finding } from './problems.ts';

/** Problems that are looked for: more than are told, so that those told are the first of the file. */
const MOST_KEPT = 100;
/** How long to look for further problems once there is one: settings of many arms may be wrong in one way, at length. */
const PATIENCE_MS = 1_000;

/** Findings placed in the file, each once however many arms share it. */
export class ProblemList {
  readonly all: StudyProblem[] = [];
  readonly #document: StudyDocument;
  readonly #begun = performance.now();
  readonly #known = new Set<string>();
  /** Settings that an arm lacks as a whole, by key: the arms that lack it, by their places, and the sentence. */
  readonly #missing = new Map<string, { arms: Map<string, Path>; message: string }>();

  constructor(document: StudyDocument) {
    this.#document = document;
  }

  /** There are enough to correct: whoever looks for problems need not look any further. */
  get enough(): boolean {
    if (this.all.length >= MOST_KEPT) return true;
    const some = this.all.length > 0 || this.#missing.size > 0;
    return some && performance.now() - this.#begun > PATIENCE_MS;
  }

  add({ message, missing, atKey }: Omit<Finding, 'path'>, path: Path): void {
    if (this.all.length >= MOST_KEPT) return;
    // A key that is wrong in one value of a grid's list is the list's.
    const at = atKey && typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
    const place = atKey ? this.#document.locateKey(at) : this.#document.locate(at);
    const problem = { ...place, key: formatPath(at), message };
    const where = `${problem.line} ${problem.key} `;
    if (this.#known.has(where + (missing ? 'is missing' : message))) return;
    this.#known.add(where + message);
    if (message.startsWith('is missing')) this.#known.add(`${where}is missing`);
    this.all.push(problem);
  }

  /** A finding in merged settings, told of where the value was written. */
  addMerged(finding: Finding, merged: MergedSettings): void {
    const { written, covered } = merged.origin(finding.path);
    const rest = finding.path.slice(covered);
    if (finding.missing && covered === 0) {
      const key = formatPath(finding.path);
      const lacking = this.#missing.get(key) ?? { arms: new Map<string, Path>(), message: finding.message };
      lacking.arms.set(formatPath(written), written);
      this.#missing.set(key, lacking);
      return;
    }
    // A component that was written as a plain name has its name where it stands itself.
    const shorthand = rest.length === 1 && rest[0] === 'name' && !finding.missing;
    this.add(finding, shorthand ? written : [...written, ...rest]);
  }

  /**
   * What every arm lacks is missing once, under the shared settings.
   *
   * @param arms those that were looked at
   */
  collectMissing(arms: number): void {
    for (const [key, { arms: lacking, message }] of this.#missing) {
      const sentence = `${message}; write it under shared, or in the arm`;
      const paths = lacking.size === arms && arms > 1 ? [['shared']] : [...lacking.values()];
      for (const path of paths) this.add({ message: sentence, missing: true, atKey: false }, [...path, key]);
    }
  }
}
