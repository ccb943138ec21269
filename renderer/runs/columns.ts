import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
} from '@tanstack/vue-table';
import type { ColumnDef } from '@tanstack/vue-table';
import type { RunSummary } from '../../common/contract/schemas.ts';
import type { QuantityName } from '../format/quantities.ts';
import { shedLabel } from '../format/numbers.ts';
import { lastExcessOf } from '../../common/last-excess.ts';
import { armOf, progressShare, studyOf } from '../format/runs.ts';

/** What the table of runs can do; sorting is the library's, filtering is ours (`name-filter.ts`). */
export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

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

export function faces(threshold: string): ColumnFace[] {
  return [
    { id: 'study', heading: 'Study', track: 'minmax(72px, 1fr)' },
    { id: 'arm', heading: 'Arm', track: 'minmax(110px, 2fr)' },
    { id: 'seed', heading: 'Seed', track: '38px', numeric: true },
    { id: 'state', heading: 'State', track: '92px' },
    { id: 'progress', heading: 'Progress', quantity: 'progress', track: 'minmax(100px, 1fr)' },
    { id: 'accuracy', heading: 'Accuracy', quantity: 'accuracy', track: '68px', numeric: true },
    { id: 'pruned', heading: 'Pruned', of: 'of all', quantity: 'pruned', track: '58px', numeric: true },
    {
      id: 'shed',
      heading: shedLabel(threshold),
      of: 'of kept',
      quantity: 'shed',
      track: '92px',
      numeric: true,
    },
    { id: 'excess', heading: 'Excess', of: 'of kept', quantity: 'excess', track: '88px', numeric: true },
  ];
}

const SORTABLE = faces('').map(({ id }) => id);

/** A number that sorts missing values last in descending order. */
const known = (value: number | null | undefined) => value ?? -Infinity;

/** Excesses of other epochs than the runs' last are not compared with those that are. */
function currentExcess(run: RunSummary, threshold: string): number | undefined {
  const last = lastExcessOf(run, 'dense');
  return last?.isCurrent ? last.shares[threshold] : undefined;
}

export function columns(threshold: string): RunColumn[] {
  return [
    { id: 'study', accessorFn: studyOf, sortFn: 'alphanumeric' },
    { id: 'arm', accessorFn: armOf, sortFn: 'alphanumeric' },
    { id: 'seed', accessorFn: (run) => run.seed, sortFn: 'basic' },
    { id: 'state', accessorFn: (run) => run.state, sortFn: 'alphanumeric' },
    { id: 'progress', accessorFn: progressShare, sortFn: 'basic' },
    { id: 'accuracy', accessorFn: (run) => known(run.testAccuracy), sortFn: 'basic' },
    { id: 'pruned', accessorFn: (run) => known(run.states?.pruned), sortFn: 'basic' },
    { id: 'shed', accessorFn: (run) => known(run.states?.shed[threshold]), sortFn: 'basic' },
    { id: 'excess', accessorFn: (run) => known(currentExcess(run, threshold)), sortFn: 'basic' },
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
