import type { Tool } from '../tool.ts';
import { exportFigure } from './export-figure.ts';
import { getRun } from './get-run.ts';
import { listFigures } from './list-figures.ts';
import { listRuns } from './list-runs.ts';
import { querySql } from './query-sql.ts';
import { resumeRun } from './resume-run.ts';
import { schema } from './schema.ts';
import { startStudy } from './start-study.ts';
import { stopRun } from './stop-run.ts';

/** All tools, in the order in which an assistant sees them. */
export const TOOLS: readonly Tool[] = [
  listRuns,
  getRun,
  schema,
  querySql,
  listFigures,
  exportFigure,
  startStudy,
  stopRun,
  resumeRun,
];
