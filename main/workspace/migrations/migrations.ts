import { foundations } from './0001-foundations.ts';
import { trunks } from './0002-trunks.ts';
import { numbers } from './0003-numbers.ts';
import { previousMasks } from './0004-previous-masks.ts';
import { arms } from './0005-arms.ts';
import { freed } from './0006-freed.ts';
import { deadOnData } from './0007-dead-on-data.ts';
import { plans } from './0008-plans.ts';
import { measured } from './0009-measured.ts';
import { bases } from './0010-bases.ts';
import { excessTotals } from './0011-excess-totals.ts';
import { marks } from './0012-marks.ts';
import { costs } from './0013-costs.ts';
import { keptCounts } from './0014-kept-counts.ts';
import { keptStudies } from './0015-kept-studies.ts';
import { figures } from './0016-figures.ts';
import { documents } from './0017-documents.ts';
import { magnitudes } from './0018-magnitudes.ts';
import type { Migration } from './migration.ts';

/** All of them, in order: one that has landed is never edited, and never moved. */
export const MIGRATIONS: readonly Migration[] = [
  foundations,
  trunks,
  numbers,
  previousMasks,
  arms,
  freed,
  deadOnData,
  plans,
  measured,
  bases,
  excessTotals,
  marks,
  costs,
  keptCounts,
  keptStudies,
  figures,
  documents,
  magnitudes,
];
