import { freeDecay } from '../../common/cascade/decay-clock.ts';
import { checkpointToPyTorch } from '../../common/codec/pytorch-layout.ts';
import { planStudy } from '../studies/plan-study.ts';
import { reclaim } from '../trainer/tensorflow/ledger.ts';
import { locateLibrary } from '../trainer/tensorflow/library.ts';
import { loadTensorFlow } from '../trainer/tensorflow/native.ts';

/** What the background thread can be asked: whatever would keep the main thread from answering. */
export const calls = {
  planStudy,
  freeDecay,
  checkpointToPyTorch,
  /** Frees what the engine of a thread that was ended still owns. */
  reclaim: (ledger: SharedArrayBuffer): number => reclaim(loadTensorFlow(locateLibrary()), ledger),
};

export type BackgroundCalls = typeof calls;
