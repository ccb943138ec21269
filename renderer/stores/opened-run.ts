import { onScopeDispose, ref, shallowReactive, watch } from 'vue';
import type { Ref } from 'vue';
import { decodeRows } from '../../common/codec/rows.ts';
import { forEachControl, type ControlKind } from '../../common/controls.ts';
import type {
  EpochSummary,
  ExcessEpoch,
  RunDetail,
  WorkstationEvent,
} from '../../common/contract/schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from './workstation.ts';

/** Records of a run that charts are sent at most: more than any of them is wide. */
export const MOST_RECORDS = 2_000;
/** Single epochs that are kept of a run whose charts do not hold each. */
const KEPT = 64;
/** A run is read again after ten times as long as reading it took: it is never read half the time. */
const REST = 10;
const LEAST_REST_MS = 500;

/** Single epochs, whole. */
export interface ExactEpochs {
  epochs: readonly EpochSummary[];
  excess: Readonly<Record<ControlKind, readonly ExcessEpoch[]>>;
}

/** Everything small that a view needs of one run. `state` is 'loading' until first read; then it is never blank again. */
export interface OpenedRun {
  id: string | null;
  state: 'none' | 'loading' | 'ready' | 'error';
  error: string | null;
  detail: RunDetail | null;
  /** What charts draw: every epoch, or, of very many, their lowest and highest numbers in spans, see `span`. */
  epochs: readonly EpochSummary[];
  /** The same over each of its controls. */
  excess: Readonly<Record<ControlKind, readonly ExcessEpoch[]>>;
  /** Epochs that two of these records stand for; 1 where each is one epoch. */
  span: number;
  /** Epochs that are stored, from 0 on. */
  stored: number;
  /** To look an epoch up: all of them, or those that were looked at of late. */
  exact: ExactEpochs;
}

const NO_EXCESS: OpenedRun['excess'] = { dense: [], 'previous-mask': [] };
const EMPTY: Omit<OpenedRun, 'id' | 'state'> = {
  error: null,
  detail: null,
  epochs: [],
  excess: NO_EXCESS,
  span: 1,
  stored: 0,
  exact: { epochs: [], excess: NO_EXCESS },
};

/** What a view looks at more closely; each null where it is nothing in particular. */
export interface Looked {
  /** By default the last one. */
  epoch: Ref<number | null>;
  layer: Ref<string | null>;
}

/** Epochs in order with a new one put in its place: a resumed run says an epoch again. */
export function withEpoch(epochs: readonly EpochSummary[], epoch: EpochSummary): EpochSummary[] {
  const last = epochs.at(-1);
  if (last === undefined || last.epoch < epoch.epoch) return [...epochs, epoch];
  const others = epochs.filter((entry) => entry.epoch !== epoch.epoch);
  return [...others, epoch].sort((one, other) => one.epoch - other.epoch);
}

/** Follows the run that `id` names, live, and again after every reconnection. Call in a component's setup. */
export function useRun(
  workstation: Workstation,
  id: Ref<string | null>,
  looked: Looked = { epoch: ref(null), layer: ref(null) },
): OpenedRun {
  const run = shallowReactive<OpenedRun>({ id: null, state: 'none', ...EMPTY });
  let again: ReturnType<typeof setTimeout> | undefined;
  let rest = LEAST_REST_MS;

  async function read(wanted: string): Promise<void> {
    const { runs } = workstation.client;
    const began = performance.now();
    const layer = looked.layer.value;
    const window = { id: wanted, most: MOST_RECORDS, ...(layer === null ? {} : { layer }) };
    try {
      const [detail, frame, excess] = await Promise.all([
        runs.get({ id: wanted }),
        runs.epochs(window),
        forEachControl(
          async (against) => decodeRows<ExcessEpoch>(await runs.excess({ ...window, against })).rows,
        ),
      ]);
      if (id.value !== wanted) return;
      const { rows: epochs, span, stored } = decodeRows<EpochSummary>(frame);
      const exact = span === 1 ? { epochs, excess } : EMPTY.exact;
      Object.assign(run, { state: 'ready', error: null, detail, epochs, excess, span, stored, exact });
      rest = Math.max(LEAST_REST_MS, REST * (performance.now() - began));
      lookUp();
    } catch (failure) {
      if (id.value !== wanted || workstation.connection.value !== 'open') return;
      Object.assign(run, { state: run.detail === null ? 'error' : 'ready', error: sentenceOf(failure) });
    }
  }

  /** Reads the epoch that is looked at, where the records do not hold it by itself. */
  function lookUp(): void {
    if (run.span === 1 || run.id === null || run.stored === 0) return;
    const epoch = Math.min(looked.epoch.value ?? Infinity, run.stored - 1);
    if (!run.exact.epochs.some((entry) => entry.epoch === epoch)) void readExact(run.id, epoch);
  }

  async function readExact(wanted: string, epoch: number): Promise<void> {
    const { runs } = workstation.client;
    const window = { id: wanted, from: epoch, to: epoch };
    try {
      const [frame, excess] = await Promise.all([
        runs.epochs(window),
        forEachControl(
          async (against) => decodeRows<ExcessEpoch>(await runs.excess({ ...window, against })).rows,
        ),
      ]);
      if (run.id !== wanted || run.span === 1) return;
      const kept = <T extends { epoch: number }>(known: readonly T[], read: readonly T[]): T[] =>
        [...known.filter((entry) => entry.epoch !== epoch), ...read].slice(-KEPT);
      run.exact = {
        epochs: kept(run.exact.epochs, decodeRows<EpochSummary>(frame).rows),
        excess: {
          dense: kept(run.exact.excess.dense, excess.dense),
          'previous-mask': kept(run.exact.excess['previous-mask'], excess['previous-mask']),
        },
      };
    } catch (failure) {
      if (run.id === wanted && workstation.connection.value === 'open') run.error = sentenceOf(failure);
    }
  }

  /** What events do not carry (excess, checkpoints) is read anew, at most twice a second, and seldom where reading takes long. */
  function readAgainSoon(): void {
    again ??= setTimeout(() => {
      again = undefined;
      if (id.value !== null) void read(id.value);
    }, rest);
  }

  function receive(event: WorkstationEvent): void {
    if (
      run.detail === null ||
      event.type === 'status' ||
      event.type === 'progress' ||
      event.type === 'kept studies' ||
      event.type === 'documents'
    )
      return;
    const about = event.type === 'run' ? event.run.id : event.id;
    const { control, previousMask } = run.detail.summary;
    if (event.type === 'epoch' && (about === control || about === previousMask?.control)) readAgainSoon();
    if (about !== run.id) return;
    if (event.type === 'epoch') {
      run.epochs = withEpoch(run.epochs, event.epoch);
      run.stored = Math.max(run.stored, event.epoch.epoch + 1);
      run.exact = {
        ...run.exact,
        epochs: run.span === 1 ? run.epochs : withEpoch(run.exact.epochs, event.epoch).slice(-KEPT),
      };
      readAgainSoon();
    } else if (event.type === 'log')
      run.detail = { ...run.detail, events: [...run.detail.events, event.event] };
    else if (event.type === 'run') {
      if (event.run.state !== run.detail.summary.state) readAgainSoon();
      run.detail = { ...run.detail, summary: event.run };
    } else Object.assign(run, { ...EMPTY, state: 'error', error: 'This run was deleted.' });
  }

  watch(
    [id, workstation.generation] as const,
    ([wanted, generation]) => {
      if (wanted !== run.id)
        Object.assign(run, { id: wanted, state: wanted === null ? 'none' : 'loading', ...EMPTY });
      if (wanted !== null && generation > 0) void read(wanted);
    },
    { immediate: true },
  );
  watch(looked.epoch, lookUp);
  // Of very many epochs only one layer is told beside the whole network.
  watch(looked.layer, () => {
    if (run.span > 1 && run.id !== null) void read(run.id);
  });
  onScopeDispose(workstation.listen(receive));
  onScopeDispose(() => clearTimeout(again));
  return run;
}
