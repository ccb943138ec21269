import { onScopeDispose, shallowReactive, watch } from 'vue';
import type { Ref } from 'vue';
import { forEachControl, type ControlKind } from '../../common/controls.ts';
import type {
  EpochSummary,
  ExcessEpoch,
  RunDetail,
  WorkstationEvent,
} from '../../common/contract/schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from './workstation.ts';

/** Everything small that a view needs of one run. `state` is 'loading' until first read; then it is never blank again. */
export interface OpenedRun {
  id: string | null;
  state: 'none' | 'loading' | 'ready' | 'error';
  error: string | null;
  detail: RunDetail | null;
  epochs: readonly EpochSummary[];
  /** Over each of its controls. */
  excess: Readonly<Record<ControlKind, readonly ExcessEpoch[]>>;
}

const EMPTY: Omit<OpenedRun, 'id' | 'state'> = {
  error: null,
  detail: null,
  epochs: [],
  excess: { dense: [], 'previous-mask': [] },
};

/** Epochs in order with a new one put in its place: a resumed run says an epoch again. */
export function withEpoch(epochs: readonly EpochSummary[], epoch: EpochSummary): EpochSummary[] {
  const last = epochs.at(-1);
  if (last === undefined || last.epoch < epoch.epoch) return [...epochs, epoch];
  const others = epochs.filter((entry) => entry.epoch !== epoch.epoch);
  return [...others, epoch].sort((one, other) => one.epoch - other.epoch);
}

/** Follows the run that `id` names, live, and again after every reconnection. Call in a component's setup. */
export function useRun(workstation: Workstation, id: Ref<string | null>): OpenedRun {
  const run = shallowReactive<OpenedRun>({ id: null, state: 'none', ...EMPTY });
  let again: ReturnType<typeof setTimeout> | undefined;

  async function read(wanted: string): Promise<void> {
    const { runs } = workstation.client;
    try {
      const [detail, epochs, excess] = await Promise.all([
        runs.get({ id: wanted }),
        runs.epochs({ id: wanted }),
        forEachControl((against) => runs.excess({ id: wanted, against })),
      ]);
      if (id.value !== wanted) return;
      Object.assign(run, { state: 'ready', error: null, detail, epochs, excess });
    } catch (failure) {
      if (id.value !== wanted || workstation.connection.value !== 'open') return;
      Object.assign(run, { state: run.detail === null ? 'error' : 'ready', error: sentenceOf(failure) });
    }
  }

  /** What events do not carry (excess, checkpoints) is read anew, at most twice a second. */
  function readAgainSoon(): void {
    again ??= setTimeout(() => {
      again = undefined;
      if (id.value !== null) void read(id.value);
    }, 500);
  }

  function receive(event: WorkstationEvent): void {
    if (run.detail === null || event.type === 'status' || event.type === 'progress') return;
    const about = event.type === 'run' ? event.run.id : event.id;
    const { control, previousMask } = run.detail.summary;
    if (event.type === 'epoch' && (about === control || about === previousMask?.control)) readAgainSoon();
    if (about !== run.id) return;
    if (event.type === 'epoch') {
      run.epochs = withEpoch(run.epochs, event.epoch);
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
  onScopeDispose(workstation.listen(receive));
  onScopeDispose(() => clearTimeout(again));
  return run;
}
