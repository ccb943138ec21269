import type { ArmControls } from '../../../common/controls.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';

/** An arm whose settings are whole. */
export interface Arm {
  name: string;
  controls: ArmControls;
  specification: RunSpecification;
}

/** What only the trainer knows of a specification. */
export interface StudyRules {
  /** What follows from the settings, and has to stay the same when nothing is pruned: see RunSpecification. */
  derive(specification: RunSpecification): Partial<RunSpecification>;
  /** How many times it prunes. */
  prunings(specification: RunSpecification): number;
  /**
   * Whole epochs that it shares with the same run of so many prunings: with none, the one that does not retrain either.
   * 0 where it shares none.
   */
  sharedEpochs(specification: RunSpecification, prunings: number): number;
  /** Why its parts do not go together, each with the key to change. Names of layers are sorted by now: name their list, not an item. */
  check(specification: RunSpecification): RuleProblem[];
  /**
   * Of a pruning that takes the masks of a run (see main/base/mask-source.ts): the specification with that run and the epoch
   * named for good, or why it cannot take them.
   *
   * @param source the arm whose run it is, itself settled; null where the specification names a run
   */
  settleMasks(
    specification: RunSpecification,
    source: Pick<Arm, 'name' | 'specification'> | null,
    seeds: readonly number[],
  ): { specification: RunSpecification; problems: RuleProblem[] };
}

/** What does not go together, and the key to change. */
export interface RuleProblem {
  key: (string | number)[];
  message: string;
}
