import type { BackgroundCalls } from './calls.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Milliseconds that a call may take, counted from when the thread begins with it: far more than the largest study or
 * checkpoint needs on a slow disk, and less than a person waits.
 */
export const CALL_LIMITS_MS: Record<keyof BackgroundCalls, number> = {
  namesIn: MINUTE,
  // Folders of a million images are listed for it.
  planStudy: 5 * MINUTE,
  hasData: 5 * MINUTE,
  // A folder of a million images that were replaced is decoded for these.
  compareData: 60 * MINUTE,
  pinData: 60 * MINUTE,
  checkpointToPyTorch: 5 * MINUTE,
  drawFigure: MINUTE,
  figureFile: MINUTE,
  studyPage: MINUTE,
  // A folder of a million images is decoded where nobody did yet.
  testImages: 60 * MINUTE,
  forecastWeight: MINUTE,
  reclaim: MINUTE,
};

/** How long a call that nobody waits for may go on before the thread is replaced. */
export const CANCEL_PATIENCE_MS = SECOND;
