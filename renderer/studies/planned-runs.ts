import type { StudyCheck } from '../../common/contract/schemas.ts';

export type Preview = NonNullable<StudyCheck['preview']>;
export type PlannedRun = Preview['runs'][number];

/** A run of the preview as a row: what it is called, and what it shares. */
export interface PlannedRow {
  run: PlannedRun;
  name: string;
  /** Less is pruned in it, and others are compared with it. */
  isControl: boolean;
  /** Others leave from its epochs. */
  isTrunk: boolean;
  /** 'epochs 1–10 from its control'; null for one that trains all its epochs itself. */
  shares: string | null;
  /** 'masks of dense, epoch 12'; null for one that chooses its own. */
  masks: string | null;
}

export function plannedRows({ runs }: Preview): PlannedRow[] {
  const names = new Map(runs.map((run) => [run.id, run.arms.join(', ')]));
  const controls = new Set(runs.flatMap((run) => [run.control, run.previousMask]));
  const trunks = new Set(runs.map((run) => run.trunk?.id));
  return runs.map((run) => ({
    run,
    name: names.get(run.id)!,
    isControl: controls.has(run.id),
    isTrunk: trunks.has(run.id),
    shares: run.trunk && `${epochsTo(run.trunk.epoch)} from ${trunkName(run, names)}`,
    masks: run.masks && `masks of ${names.get(run.masks.id) ?? run.masks.id}, epoch ${run.masks.epoch}`,
  }));
}

/** Those that were added have long names, of all that they are for. */
function trunkName({ trunk, control, previousMask }: PlannedRun, names: ReadonlyMap<string, string>): string {
  if (trunk?.id === control) return 'its control';
  if (trunk?.id === previousMask) return 'its previous-mask control';
  const name = names.get(trunk?.id ?? '') ?? trunk?.id ?? '';
  return name.startsWith('trunk of ') ? 'its trunk' : name;
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

/** A time as one says it beforehand: '40 s', '13 min', '2 h 10 min', '3 days 4 h'. */
export function roughTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} days` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}
