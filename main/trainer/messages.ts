import type {
  CheckpointImage,
  Compilation,
  EpochRecord,
  RunEnvironment,
  RunEvent,
} from '../../common/records.ts';
import type { RunSpecification } from '../../common/run-specification.ts';

/** An epoch that another run has trained. */
export interface SharedEpoch {
  steps: number;
  loss: number | null;
  accuracy: number | null;
  seconds: number;
  /** What happened in its course, and before it. */
  events: RunEvent[];
}

/** What a training thread is started with. */
export interface TrainerInput {
  specification: RunSpecification;
  seed: number;
  /** Version of the application, for the environment. */
  application: string;
  threads: number;
  /** Number of the GPU that the run is dealt; null leaves it to TensorFlow. */
  gpu: number | null;
  /** As it was chosen when the run, or one that it has to equal, began; 'choose' for one that is free. */
  compile: Compilation | null | 'choose';
  /** Where to go on from; null for a new run. Of a run that leaves its trunk, the trunk's. */
  checkpoint: Uint8Array<ArrayBuffer> | null;
  /** Of a run that prunes at the end of the last epoch that it shares with its trunk: what training that epoch gave. */
  shared: SharedEpoch | null;
  /** The trunk's checkpoint whose weights are rewound to later; null where the run's own has them, or none is needed. */
  rewind: Uint8Array<ArrayBuffer> | null;
  /** Masks of another run that this one is to be pruned with, as an .npz of <layer>.pruned; null where it needs none. */
  masks: Uint8Array<ArrayBuffer> | null;
  /** The data's hash when the run began; another one now is an error. */
  datasetHash: string | null;
  /**
   * Every how many epochs a checkpoint is made; null leaves it to the network's size. One is always made when weights
   * are pruned and at the end.
   */
  checkpointEvery: number | null;
  /** Epochs after which one is made besides, for runs that go on from there. */
  checkpointEpochs: readonly number[];
  /** Last epoch to train, where that is not the run's: to make checkpoints of its course again. */
  until: number | null;
  /** The words below. */
  control: SharedArrayBuffer;
  /** The engine's ledger, by which another thread can free its memory should this one be ended. */
  ledger: SharedArrayBuffer;
}

/**
 * Words shared between the main process and a training thread: the thread looks at them between steps, so that it needs
 * no turn of its event loop.
 */
export const CONTROL_COMMAND = 0;
/** Number of epoch records that are on disk. */
export const CONTROL_ACKNOWLEDGED = 1;
export const CONTROL_WORDS = 2;

export const COMMAND_RUN = 0;
export const COMMAND_PAUSE = 1;
export const COMMAND_STOP = 2;

export type TrainerMessage =
  /** What a run is at before its first step, where that takes a while; a sentence. */
  | { type: 'preparing'; text: string }
  | { type: 'prepared'; environment: RunEnvironment }
  | {
      type: 'progress';
      epoch: number;
      step: number;
      steps: number;
      trainLoss: number | null;
    }
  | { type: 'epoch'; record: EpochRecord; checkpoint: CheckpointImage | null; events: RunEvent[] }
  | { type: 'paused'; epoch: number }
  | { type: 'continued'; epoch: number }
  | TrainerEnd;

/** The last message of a thread. */
export type TrainerEnd =
  | { type: 'stopped'; epoch: number }
  | { type: 'finished'; epoch: number }
  | { type: 'failed'; code: string; message: string };
