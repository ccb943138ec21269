import { computed, ref, shallowReactive, shallowRef, watch } from 'vue';
import type { Ref, ShallowReactive, ShallowRef } from 'vue';
import type {
  Progress,
  RunSummary,
  WorkstationEvent,
  WorkstationStatus,
} from '../../common/contract/schemas.ts';
import type { DocumentKind } from '../../common/contract/document-schemas.ts';
import { decodeRuns } from '../../common/codec/run-frames.ts';
import type { CascadeClient, Connection, ConnectionState } from '../client/client.ts';
import { neededBy, type NeededBy } from '../format/needed-by.ts';
import { armOf } from '../format/runs.ts';
import { shortNames } from '../format/short-names.ts';
import { sentenceOf } from '../client/sentence.ts';
import { createDocuments, type Documents } from './kept-documents.ts';
import { createLooks, type Looks } from './looks.ts';

/** Events are applied together this often: ten thousand runs at the start, or a busy queue, cost one update. */
const BATCH_MS = 100;
/** Waits until what a call has changed was told: changes of state come with the next batch of events. */
export const untilTold = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2 * BATCH_MS));
const RETRY_MS = 1_000;

export type EventListener = (event: WorkstationEvent) => void;

/** What the window knows of the workstation: all runs and their progress, kept up by the stream of events. */
export interface Workstation {
  client: CascadeClient;
  connection: Readonly<Ref<ConnectionState>>;
  generation: Readonly<Ref<number>>;
  status: ShallowRef<WorkstationStatus | null>;
  /** All but those in the bin, which no view, picker or chart shows. */
  runs: Readonly<Ref<readonly RunSummary[]>>;
  binned: Readonly<Ref<readonly RunSummary[]>>;
  run: (id: string) => RunSummary | undefined;
  /** Runs whose first epochs others have taken. */
  trunks: Readonly<Ref<ReadonlySet<string>>>;
  /** The highest priority among the runs that wait, and how many have it; 0 of 0 where none waits. */
  firstInLine: Readonly<Ref<{ priority: number; runs: number }>>;
  /** Which runs need a run. */
  neededBy: (id: string) => NeededBy | undefined;
  /** How a run's line is drawn. */
  look: Looks['look'];
  /** What people chose for lines. */
  looks: Pick<Looks, 'chosen' | 'choose'>;
  /** What tells its arm from the others of its study, for where there is little room. */
  shortArm: (run: RunSummary) => string;
  progress: ShallowReactive<Map<string, Progress>>;
  /** The list of runs has been read at least once. */
  loaded: Readonly<Ref<boolean>>;
  error: Readonly<Ref<string | null>>;
  /** What a person keeps under a name: `useDocuments` of `documents.ts`. */
  documents: (kind: DocumentKind) => Documents;
  /** Calls the listener with every event, as it is applied; answers with the function that ends it. */
  listen: (listener: EventListener) => () => void;
}

export function createWorkstation(connection: Connection): Workstation {
  const { client } = connection;
  const status = shallowRef<WorkstationStatus | null>(null);
  const byId = shallowRef(new Map<string, RunSummary>());
  const progress = shallowReactive(new Map<string, Progress>());
  const loaded = ref(false);
  const error = ref<string | null>(null);
  const listeners = new Set<EventListener>();
  let batch: WorkstationEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    timer = undefined;
    const events = batch;
    batch = [];
    const runs = new Map(byId.value);
    let changed = false;
    for (const event of events) {
      if (event.type === 'status') status.value = event.status;
      else if (event.type === 'progress') progress.set(event.id, event.progress);
      else if (event.type === 'run') {
        runs.set(event.run.id, event.run);
        if (event.run.progress) progress.set(event.run.id, event.run.progress);
        if (event.run.state !== 'running') progress.delete(event.run.id);
        changed = true;
      } else if (event.type === 'removed') {
        runs.delete(event.id);
        progress.delete(event.id);
        changed = true;
      }
    }
    if (changed) byId.value = runs;
    for (const event of events) for (const listener of listeners) listener(event);
  }

  function receive(event: WorkstationEvent): void {
    batch.push(event);
    timer ??= setTimeout(flush, BATCH_MS);
  }

  /** Reads everything, then follows the stream until the line is lost or another generation begins. */
  async function follow(generation: number): Promise<void> {
    try {
      const stream = await client.workstation.events();
      // The stream begins with how the workstation stands: from here on nothing that happens is missed.
      const first = await stream.next();
      const list = decodeRuns(await client.runs.list());
      if (generation !== connection.generation.value) return;
      byId.value = new Map(list.map((run) => [run.id, run]));
      progress.clear();
      for (const run of list) if (run.progress && run.state === 'running') progress.set(run.id, run.progress);
      if (first.done !== true && first.value.type === 'status') status.value = first.value.status;
      loaded.value = true;
      error.value = null;
      for await (const event of stream) {
        if (generation !== connection.generation.value) return;
        receive(event);
      }
    } catch (failure) {
      if (generation !== connection.generation.value || connection.state.value !== 'open') return;
      error.value = sentenceOf(failure);
    }
    if (generation !== connection.generation.value || connection.state.value !== 'open') return;
    setTimeout(() => {
      if (generation === connection.generation.value) void follow(generation);
    }, RETRY_MS);
  }

  const listen = (listener: EventListener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  watch(
    connection.generation,
    (generation) => {
      if (generation > 0) void follow(generation);
    },
    { immediate: true },
  );

  const all = computed(() => [...byId.value.values()]);
  const runs = computed(() => all.value.filter(({ binnedAt }) => binnedAt === null));
  const needed = computed(() => neededBy(all.value));
  const documents = createDocuments({ client, generation: connection.generation, listen });
  const looks = createLooks(runs, documents);
  const shortArms = computed(() => {
    const arms = new Map<string, Set<string>>();
    for (const run of runs.value) {
      const study = run.memberships[0]?.study ?? '';
      arms.set(study, (arms.get(study) ?? new Set()).add(armOf(run)));
    }
    return new Map([...arms].map(([study, names]) => [study, shortNames([...names])]));
  });
  return {
    client,
    connection: connection.state,
    generation: connection.generation,
    status,
    runs,
    binned: computed(() => all.value.filter(({ binnedAt }) => binnedAt !== null)),
    run: (id) => byId.value.get(id),
    trunks: computed(() => new Set(runs.value.flatMap(({ trunk }) => trunk?.id ?? []))),
    firstInLine: computed(() => firstInLine(runs.value)),
    neededBy: (id) => needed.value.get(id),
    look: looks.look,
    looks,
    shortArm: (run) => shortArms.value.get(run.memberships[0]?.study ?? '')?.get(armOf(run)) ?? armOf(run),
    progress,
    loaded,
    error,
    documents,
    listen,
  };
}

function firstInLine(runs: readonly RunSummary[]): { priority: number; runs: number } {
  const waiting = runs.filter(({ state }) => state === 'queued').map(({ priority }) => priority);
  if (waiting.length === 0) return { priority: 0, runs: 0 };
  const priority = waiting.reduce((highest, each) => Math.max(highest, each));
  return { priority, runs: waiting.filter((each) => each === priority).length };
}
