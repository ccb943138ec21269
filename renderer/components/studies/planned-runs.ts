import type { StudyCheck } from '../../../common/contract/schemas.ts';

export type Preview = NonNullable<StudyCheck['preview']>;
export type PlannedRun = Preview['runs'][number];

/** A run of the preview as a row: what it is called, and what it shares. */
export interface PlannedRow {
  run: PlannedRun;
  name: string;
  /** Nothing is pruned in it, and others are compared with it. */
  isControl: boolean;
  /** Others leave from its epochs. */
  isTrunk: boolean;
  /** 'epochs 1–10 of control'; null for one that trains all its epochs itself. */
  shares: string | null;
}

export function plannedRows({ runs }: Preview): PlannedRow[] {
  const names = new Map(runs.map((run) => [run.id, run.arms.join(', ')]));
  const controls = new Set(runs.map((run) => run.control));
  const trunks = new Set(runs.map((run) => run.trunk?.id));
  return runs.map((run) => ({
    run,
    name: names.get(run.id)!,
    isControl: controls.has(run.id),
    isTrunk: trunks.has(run.id),
    shares: run.trunk && `${epochsTo(run.trunk.epoch)} from ${names.get(run.trunk.id) ?? run.trunk.id}`,
  }));
}

function epochsTo(last: number): string {
  return last === 1 ? 'epoch 1' : `epochs 1–${last}`;
}

/** 'of them 2 controls and 1 trunk', of runs that no arm names; null where there are none. */
export function addedWords(rows: readonly PlannedRow[]): string | null {
  const added = (word: 'control' | 'trunk') => {
    const count = rows.filter(({ name }) => name.startsWith(`${word} of `)).length;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
  };
  const words = [...added('control'), ...added('trunk')];
  return words.length === 0 ? null : `${words.join(' and ')} added`;
}

/** Whole epochs that are trained once and counted in several runs. */
export function sharedEpochs(rows: readonly PlannedRow[]): number {
  return rows.reduce((sum, { run }) => sum + (run.trunk?.epoch ?? 0), 0);
}
