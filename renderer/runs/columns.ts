import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
} from '@tanstack/vue-table';
import type { ColumnDef } from '@tanstack/vue-table';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { excess } from '../../common/measures/excess.ts';
import type { Measure } from '../../common/measures/measure.ts';
import { pruned } from '../../common/measures/pruned.ts';
import type { MeasureId } from '../../common/measures/registry.ts';
import { shed } from '../../common/measures/shed.ts';
import { testAccuracy } from '../../common/measures/test-accuracy.ts';
import type { QuantityName } from '../format/quantities.ts';
import { shedLabel } from '../format/numbers.ts';
import { armOf, progressShare, studyOf } from '../format/runs.ts';

/** What the table of runs can do; sorting is the library's, filtering is ours (`name-filter.ts`). */
export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

type RunMeasure = Measure & { id: MeasureId };

export type RunColumn = ColumnDef<typeof features, RunSummary>;

/** Heading, explanation and width of each column, beside what it sorts by. */
export interface ColumnFace {
  id: string;
  heading: string;
  /** What a share is a share of, below the heading. */
  of?: string;
  quantity?: QuantityName;
  /** A CSS grid track. */
  track: string;
  numeric?: boolean;
}

function measured(id: string, { id: quantity, title, short = title }: RunMeasure, track: string): ColumnFace {
  return { id, heading: short, quantity, track, numeric: true };
}

export function faces(threshold: string): ColumnFace[] {
  return [
    { id: 'study', heading: 'Study', track: 'minmax(72px, 1fr)' },
    { id: 'arm', heading: 'Arm', track: 'minmax(110px, 2fr)' },
    { id: 'seed', heading: 'Seed', track: '38px', numeric: true },
    { id: 'state', heading: 'State', track: '92px' },
    { id: 'progress', heading: 'Progress', quantity: 'progress', track: 'minmax(100px, 1fr)' },
    measured('accuracy', testAccuracy, '68px'),
    { ...measured('pruned', pruned, '58px'), of: 'of all' },
    { ...measured('shed', shed, '92px'), heading: shedLabel(threshold), of: 'of kept' },
    { ...measured('excess', excess, '88px'), of: 'of kept' },
  ];
}

const SORTABLE = faces('').map(({ id }) => id);

/** A number that sorts missing values last in descending order. */
const known = (value: number | null | undefined) => value ?? -Infinity;

/** What the table sorts a column by; of an excess, never one of another epoch than the run's last. */
function sortedBy(id: string, measure: RunMeasure, threshold: string): RunColumn {
  return { id, accessorFn: (run) => known(measure.run?.(run, threshold)), sortFn: 'basic' };
}

export function columns(threshold: string): RunColumn[] {
  return [
    { id: 'study', accessorFn: studyOf, sortFn: 'alphanumeric' },
    { id: 'arm', accessorFn: armOf, sortFn: 'alphanumeric' },
    { id: 'seed', accessorFn: (run) => run.seed, sortFn: 'basic' },
    { id: 'state', accessorFn: (run) => run.state, sortFn: 'alphanumeric' },
    { id: 'progress', accessorFn: progressShare, sortFn: 'basic' },
    sortedBy('accuracy', testAccuracy, threshold),
    sortedBy('pruned', pruned, threshold),
    sortedBy('shed', shed, threshold),
    sortedBy('excess', excess, threshold),
  ];
}

export type Sort = { id: string; descending: boolean };

/** 'accuracy' or '-accuracy', as the address holds it; null for no order of its own, or a column that is not there. */
export function readSort(text: string): Sort | null {
  const id = text.replace(/^-/, '');
  return SORTABLE.includes(id) ? { id, descending: text.startsWith('-') } : null;
}

export function writeSort(sort: Sort | null): string {
  return sort === null ? '' : `${sort.descending ? '-' : ''}${sort.id}`;
}
