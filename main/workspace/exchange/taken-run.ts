import type { CheckpointRow } from '../checkpoint-files.ts';

/** A checkpoint that lies whole in the stage, to be moved into its place. */
export interface StagedCheckpoint extends Omit<CheckpointRow, 'file'> {
  path: string;
}

/** What is to become of a run of the source. */
export interface TakenRun {
  id: string;
  how: 'add' | 'continue' | 'know' | 'keep' | 'replace';
  /** Epochs that are here already, where it continues. */
  epochsHere: number;
  checkpoints: StagedCheckpoint[];
}
