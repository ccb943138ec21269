import type { RunLook } from '../../common/run-looks.ts';

/** Whose look is to be chosen, and beside what the choice opens. */
export interface AskedLook {
  anchor: HTMLElement;
  title: string;
  /** Under which it is kept: the hash of a specification, or the keys of a group. */
  name: string;
  look: RunLook;
}
