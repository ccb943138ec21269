import { freeDecay } from '../../common/cascade/decay-clock.ts';
import { checkpointToPyTorch } from '../../common/codec/pytorch-layout.ts';
import { planStudy } from '../studies/plan-study.ts';
import { namesIn } from '../studies/study-names.ts';
import { timetable } from '../studies/timetable.ts';
import { reclaimEngine } from '../trainer/tensorflow/engine.ts';

/** What the background thread can be asked: whatever would keep the main thread from answering. */
export const calls = {
  namesIn,
  planStudy,
  timetable,
  freeDecay,
  checkpointToPyTorch,
  /** Frees what the engine of a thread that was ended still owns. */
  reclaim: (ledger: SharedArrayBuffer): number => reclaimEngine(ledger),
};

export type BackgroundCalls = typeof calls;
