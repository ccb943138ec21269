import { checkpointToPyTorch } from '../codec/pytorch-layout.ts';
import { drawFigure, figureFile } from '../figures/render.ts';
import { studyPage } from '../report/study-page.ts';
import { compareData, pinData } from '../studies/changed-data.ts';
import { hasData } from '../studies/outlines.ts';
import { planStudy } from '../studies/plan-study.ts';
import { testImages } from '../studies/test-images.ts';
import { namesIn } from '../studies/study-names.ts';
import { forecastWeight } from '../trainer/forecast.ts';
import { reclaimEngine } from '../trainer/tensorflow/engine.ts';

/** What the background thread can be asked: whatever would keep the main thread from answering. */
export const calls = {
  namesIn,
  planStudy,
  hasData,
  compareData,
  pinData,
  checkpointToPyTorch,
  drawFigure,
  figureFile,
  studyPage,
  testImages,
  forecastWeight,
  /** Frees what the engine of a thread that was ended still owns. */
  reclaim: (ledger: SharedArrayBuffer): number => reclaimEngine(ledger),
};

export type BackgroundCalls = typeof calls;
