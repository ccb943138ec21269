import { significant } from '../format/numbers.ts';
import { momentOf } from '../format/prunings.ts';
import type { EpochSummary, LoggedEvent } from '../../common/contract/schemas.ts';

export type MarkKind = 'pruned' | 'rewound' | 'rate' | 'collapsed' | 'life' | 'bookmark';

/** Something that happened after an epoch, on the timeline. */
export interface TimelineMark {
  /** The epoch whose record shows what became of it. */
  epoch: number;
  /** When, in epochs: a fraction for a pruning within one. */
  at: number;
  kind: MarkKind;
  label: string;
  /** On the test split, just before and just after. */
  accuracy: Change;
  loss: Change;
}

/**
 * A number on both sides of an event, each null where it is not known; `why` then says so. Of an event that leaves the weights as
 * they are both are that of the epoch.
 */
export interface Change {
  before: number | null;
  after: number | null;
  why: string | null;
}

const NOT_RECORDED = 'not recorded';

/** Smooth schedules change the rate every epoch; only a change by this factor is an event. */
const RATE_STEP = 1.5;

const KINDS: Partial<Record<LoggedEvent['kind'], MarkKind>> = {
  pruned: 'pruned',
  rewound: 'rewound',
  reinitialised: 'rewound',
  'layer-collapsed': 'collapsed',
  branched: 'life',
  resumed: 'life',
  paused: 'life',
  interrupted: 'life',
  stopped: 'life',
  failed: 'life',
  'diverged-on-replay': 'life',
};

const known = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** What an event that changed the weights says of the test split before and after it; null where it changed none. */
function changeOf(
  event: LoggedEvent,
  kind: MarkKind,
  of: 'Accuracy' | 'Loss',
  measured: number | null,
): Change | null {
  const [before, after] = [known(event.data[`test${of}Before`]), known(event.data[`test${of}After`])];
  if (kind === 'collapsed') return { before: null, after: null, why: 'that of the pruning' };
  if (kind === 'rewound')
    // An epoch is measured before its weights are set back.
    return { before: before ?? measured, after, why: after === null ? NOT_RECORDED : null };
  if (kind !== 'pruned') return null;
  const isWithin = event.data['step'] !== undefined;
  const why = isWithin ? 'within an epoch nothing is evaluated' : NOT_RECORDED;
  return { before, after, why: before === null || after === null ? why : null };
}

/**
 * All marks in order: what the log says, steps of the learning rate, and pruning that is planned but not yet done.
 *
 * @param isExact whether each of the epochs is one, not the lowest and highest numbers of a span
 */
export function timelineMarks(
  events: readonly LoggedEvent[],
  epochs: readonly EpochSummary[],
  pruningEpochs: readonly number[],
  isExact = true,
): TimelineMark[] {
  const marks: TimelineMark[] = [];
  const measured = new Map(isExact ? epochs.map((entry) => [entry.epoch, entry]) : []);
  /** What the epoch itself was measured to be, where it is known. */
  const at = (epoch: number, key: 'testAccuracy' | 'testLoss'): number | null =>
    known(measured.get(epoch)?.[key]);
  const kept = (epoch: number, key: 'testAccuracy' | 'testLoss'): Change => {
    const value = at(epoch, key);
    return { before: value, after: value, why: value === null ? 'not measured' : 'unchanged' };
  };
  for (const event of events) {
    const kind = KINDS[event.kind];
    if (kind === undefined || event.epoch === null) continue;
    const { epoch } = event;
    const loss = changeOf(event, kind, 'Loss', at(epoch, 'testLoss')) ?? kept(epoch, 'testLoss');
    marks.push({
      epoch,
      at: momentOf(event, epochs) ?? epoch,
      kind,
      label: event.message,
      accuracy: changeOf(event, kind, 'Accuracy', at(epoch, 'testAccuracy')) ?? kept(epoch, 'testAccuracy'),
      loss,
    });
  }
  const toCome: Change = { before: null, after: null, why: 'to come' };
  for (const epoch of pruningEpochs)
    if (!marks.some((mark) => mark.kind === 'pruned' && mark.epoch === epoch))
      marks.push({ epoch, at: epoch, kind: 'pruned', label: 'pruning', accuracy: toCome, loss: toCome });
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
        accuracy: kept(before.epoch, 'testAccuracy'),
        loss: kept(before.epoch, 'testLoss'),
      });
  });
  return marks.sort((one, other) => one.at - other.at);
}

const GLYPHS: Record<MarkKind, string> = {
  pruned: '▼',
  rewound: '↺',
  rate: '↘',
  collapsed: '✕',
  life: '•',
  bookmark: '⚑',
};

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
    label: `epoch ${together[0]!.epoch}: ${together.map(tipOf).join(' · ')}`,
  }));
}

export function glyphOf(kind: MarkKind): string {
  return GLYPHS[kind];
}

/** What happened, with the loss on both sides where that is known: the message tells the accuracy. */
function tipOf({ label, kind, loss }: TimelineMark): string {
  if (kind !== 'pruned' || loss.before === null || loss.after === null) return label;
  return `${label} Test loss ${significant(loss.before)} → ${significant(loss.after)}.`;
}

/** A number on both sides of an event in words. */
export function changeWords(change: Change, format: (value: number) => string): string {
  const { before, after, why } = change;
  if (before === null && after === null) return why ?? NOT_RECORDED;
  if (before === after && why !== null) return `${format(before!)}, ${why}`;
  const side = (value: number | null): string => (value === null ? (why ?? NOT_RECORDED) : format(value));
  return `${side(before)} → ${side(after)}`;
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
