import { significant } from '../format/numbers.ts';
import { momentOf } from '../format/prunings.ts';
import type { EpochSummary, LoggedEvent } from '../../common/contract/schemas.ts';

export type MarkKind = 'pruned' | 'rewound' | 'rate' | 'collapsed' | 'life';

/** Something that happened after an epoch, on the timeline. */
export interface TimelineMark {
  /** The epoch whose record shows what became of it. */
  epoch: number;
  /** When, in epochs: a fraction for a pruning within one. */
  at: number;
  kind: MarkKind;
  label: string;
}

/** Smooth schedules change the rate every epoch; only a change by this factor is an event. */
const RATE_STEP = 1.5;

const KINDS: Partial<Record<LoggedEvent['kind'], MarkKind>> = {
  pruned: 'pruned',
  rewound: 'rewound',
  reinitialised: 'rewound',
  'layer-collapsed': 'collapsed',
  branched: 'life',
  resumed: 'life',
  interrupted: 'life',
  stopped: 'life',
  failed: 'life',
  'diverged-on-replay': 'life',
};

/** All marks in order: what the log says, steps of the learning rate, and pruning that is planned but not yet done. */
export function timelineMarks(
  events: readonly LoggedEvent[],
  epochs: readonly EpochSummary[],
  pruningEpochs: readonly number[],
): TimelineMark[] {
  const marks: TimelineMark[] = [];
  for (const event of events) {
    const kind = KINDS[event.kind];
    if (kind !== undefined && event.epoch !== null)
      marks.push({
        epoch: event.epoch,
        at: momentOf(event, epochs) ?? event.epoch,
        kind,
        label: event.message,
      });
  }
  for (const epoch of pruningEpochs)
    if (!marks.some((mark) => mark.kind === 'pruned' && mark.epoch === epoch))
      marks.push({ epoch, at: epoch, kind: 'pruned', label: 'pruning' });
  epochs.forEach((epoch, index) => {
    const before = epochs[index - 1];
    if (!before || before.learningRate <= 0 || epoch.learningRate <= 0) return;
    const factor = epoch.learningRate / before.learningRate;
    if (factor <= 1 / RATE_STEP || factor >= RATE_STEP)
      marks.push({
        epoch: before.epoch,
        at: before.epoch,
        kind: 'rate',
        label: `learning rate ${significant(before.learningRate)} → ${significant(epoch.learningRate)}`,
      });
  });
  return marks.sort((one, other) => one.at - other.at);
}

const GLYPHS: Record<MarkKind, string> = { pruned: '▼', rewound: '↺', rate: '↘', collapsed: '✕', life: '•' };

/** What is drawn at one moment: all that happened then, side by side and each kind once. */
export interface MarkGroup {
  at: number;
  glyphs: { kind: MarkKind; glyph: string }[];
  label: string;
}

export function groupMarks(marks: readonly TimelineMark[]): MarkGroup[] {
  const groups = new Map<number, TimelineMark[]>();
  for (const mark of marks) groups.set(mark.at, [...(groups.get(mark.at) ?? []), mark]);
  return [...groups].map(([at, together]) => ({
    at,
    glyphs: [...new Set(together.map(({ kind }) => kind))].map((kind) => ({ kind, glyph: GLYPHS[kind] })),
    label: `epoch ${together[0]!.epoch}: ${together.map(({ label }) => label).join(' · ')}`,
  }));
}

/** The nearest epoch with a mark after (1) or before (−1) an epoch, or null. */
export function markBeside(marks: readonly TimelineMark[], epoch: number, direction: 1 | -1): number | null {
  const beside = marks.map((mark) => mark.epoch).filter((at) => (at - epoch) * direction > 0);
  if (beside.length === 0) return null;
  return direction > 0 ? Math.min(...beside) : Math.max(...beside);
}

/** Share of the kept weights that became shed since the epoch before; never negative. */
export function newlyShed(
  epochs: readonly EpochSummary[],
  threshold: string,
): { epoch: number; share: number }[] {
  return epochs.map((epoch, index) => {
    const before = epochs[index - 1]?.shed[threshold] ?? 0;
    return {
      epoch: epoch.epoch,
      share: index === 0 ? 0 : Math.max(0, (epoch.shed[threshold] ?? 0) - before),
    };
  });
}
