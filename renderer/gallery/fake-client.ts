import type {
  RunMarks,
  ChannelsAsked,
  Comparison,
  EpochSummary,
  EpochWindow,
  ExcessEpoch,
  KeptStudy,
  RunDetail,
  RunState,
  RunSummary,
  StudyCheck,
  WorkstationEvent,
  WorkstationStatus,
} from '../../common/contract/schemas.ts';
import type { TracksAsked } from '../../common/contract/track-schemas.ts';
import { encodeRows } from '../../common/codec/rows.ts';
import { encodeResult } from '../../common/codec/result-frames.ts';
import type { SqlSchema } from '../../common/sql/schema.ts';
import { encodeRuns } from '../../common/codec/run-frames.ts';
import { encodeSpecifications } from '../../common/codec/specifications.ts';
import { flatSpecification } from '../../common/fields/flat-specification.ts';
import { epochSpans } from '../../common/epoch-spans.ts';
import type { ControlKind } from '../../common/controls.ts';
import { completeSpecification } from '../../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../../common/thresholds.ts';
import type { CascadeClient } from '../client/client.ts';
import type { Moment } from '../../common/records.ts';
import { MOMENTS } from '../../common/records.ts';
import { classesOf, predictionsOf } from './fake-answers.ts';
import { createFakeDocuments } from './fake-documents.ts';
import { NETWORK } from './network.ts';
import { checkOf, drawnFigure, FIGURES } from './figures.ts';
import type { WeightForecastAsked, WeightHistoryAsked } from '../../common/contract/weight-schemas.ts';
import type { FigureSpecification } from '../../common/figures/specification.ts';
import { EPOCHS, PRUNED_AT, Simulation, LABELS } from './simulation.ts';
import { previewOf, readSchema, STUDIES } from './studies.ts';

/** A workstation made up in the page: the same client type, answers from the simulation. */
export const RUN = 'a3f1c29e07b4-s0';
export const CONTROL = '5be0172c94da-s0';
/** The control of a run that prunes twice which keeps the mask before its last pruning. */
export const PREVIOUS = 'd27b85f03c6e-s0';
export const UNCONTROLLED = '90c4e7d1ab32-s0';
const START = Date.UTC(2026, 0, 12, 9, 30);

export const STATUS: WorkstationStatus = {
  version: '0.1.0',
  workspace: '~/cascade-lab',
  way: 'browser',
  engine: {
    name: 'TensorFlow',
    version: '2.21.0',
    device: 'cpu',
    library: 'libtensorflow.so.2',
    threads: 2,
    problem: null,
  },
  concurrency: 1,
  problems: [],
  notices: [],
};

/** Two views, as the workstation describes its own. */
export const SQL_SCHEMA: SqlSchema = {
  views: [
    {
      name: 'runs',
      rows: 'each run',
      note: 'Measures are those of its last epoch.',
      columns: [
        { name: 'run', type: 'text', definition: 'Id of the run.' },
        {
          name: 'test_accuracy',
          type: 'real',
          definition: 'Share of right answers.',
          unit: 'share',
          of: 'test images',
        },
      ],
    },
    {
      name: 'epochs',
      rows: 'each epoch of a run',
      columns: [{ name: 'epoch', type: 'integer', definition: 'The epoch after which it stood so.' }],
    },
  ],
};

/** Share of the depthwise weights that each prunes. */
const SPARSITIES: Readonly<Record<string, number>> = { [CONTROL]: 0, [PREVIOUS]: 0.5 };
/** All but the controls are alike. */
const simulatedOf = (id: string) => simulated(id in SPARSITIES ? id : RUN);
const simulations = new Map<string, { simulation: Simulation; epochs: EpochSummary[] }>();
function simulated(id: string) {
  const known = simulations.get(id);
  if (known) return known;
  const simulation = new Simulation(7, SPARSITIES[id] ?? 0.9);
  const epochs = Array.from({ length: EPOCHS + 1 }, (_, epoch) => simulation.summary(epoch));
  const made = { simulation, epochs };
  simulations.set(id, made);
  return made;
}

export function summary(
  id: string,
  arm: string,
  state: RunState,
  done: number,
  more: Partial<RunSummary> = {},
): RunSummary {
  const prunes = id !== CONTROL;
  const last = done >= 0 ? simulatedOf(id).epochs[done] : undefined;
  return {
    id,
    hash: id.slice(0, 12),
    seed: 0,
    memberships: [{ study: 'starter', arm, place: arm === 'control' ? null : arm.length }],
    state,
    reason: null,
    control: prunes ? CONTROL : null,
    previousMask: null,
    trunk: null,
    masks: null,
    priority: 0,
    prunes,
    createdAt: START,
    startedAt: START + 4_000,
    endedAt: state === 'finished' ? START + 71_000 : null,
    epochsDone: Math.max(0, done),
    epochsTotal: EPOCHS,
    progress:
      state === 'running'
        ? { epoch: done + 1, step: 210, steps: 375, secondsLeft: 23, trainLoss: 0.11 }
        : null,
    testAccuracy: last?.testAccuracy ?? null,
    validationAccuracy: last?.validationAccuracy ?? null,
    states: last
      ? { pruned: last.pruned, shed: last.shed, inertAtLeast: last.inertAtLeast, zero: last.zero }
      : null,
    excess: prunes && last ? excessAt(done).excess : null,
    excessEpoch: prunes && last ? done : null,
    model: 'depthwise-separable',
    optimizer: 'sgd',
    criterion: prunes ? 'random' : null,
    data: null,
    dataPinned: false,
    tags: [],
    note: null,
    starred: false,
    binnedAt: null,
    ...more,
  };
}

/** Scenery: the made-up control sheds alike among the weights that the run kept and those that it pruned. */
export function excessAt(epoch: number, over = CONTROL): ExcessEpoch {
  const [run, control] = [simulated(RUN).epochs[epoch]!, simulated(over).epochs[epoch]!];
  return {
    epoch,
    ...compared(run.shed, control.shed),
    layers: run.layers.map((layer, index) => ({
      name: layer.name,
      kept: Math.round(layer.weights * (1 - layer.pruned)),
      ...compared(layer.shed, control.layers[index]!.shed),
    })),
  };
}

function compared(run: Record<string, number>, control: Record<string, number>): Comparison {
  const excess = Object.fromEntries(LABELS.map((label) => [label, run[label]! - control[label]!]));
  return { run, control, excess };
}

function detail(run: RunSummary): RunDetail {
  return {
    summary: run,
    specification: completeSpecification({
      dataset: { name: 'mnist', training: 12_000 },
      model: { name: 'depthwise-separable', widths: [32, 64, 128, 128, 256] },
      batchSize: 32,
      epochs: PRUNED_AT,
      optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0.001 },
      learningRate: { name: 'constant', rate: 0.1 },
      pruning: run.prunes
        ? {
            criterion: { name: 'random' },
            schedule: { name: 'one-shot', epoch: PRUNED_AT },
            layers: { kinds: ['depthwise'], names: [], except: [] },
            sparsity: 0.9,
          }
        : null,
      retraining: { name: 'fine-tune', epochs: EPOCHS - PRUNED_AT },
      thresholds: [...DEFAULT_THRESHOLDS],
      referenceEpoch: PRUNED_AT,
    }),
    thresholds: [...DEFAULT_THRESHOLDS],
    network: NETWORK,
    environment: {
      engine: 'TensorFlow 2.21.0',
      device: 'cpu',
      threads: 2,
      node: '24.21.0',
      platform: 'linux x64',
    },
    events: [
      { kind: 'queued', epoch: null, time: START, message: 'Waiting for a free trainer.', data: {} },
      { kind: 'started', epoch: 0, time: START + 4_000, message: 'Training began.', data: {} },
      ...(run.prunes
        ? [
            {
              kind: 'pruned' as const,
              epoch: PRUNED_AT,
              time: START + 16_000,
              message:
                'Pruned 90.00% of the chosen layers’ weights (asked 90.00%), 4.40% of all; test accuracy 96.44% → 85.44%.',
              data: prunedData(simulated(RUN).epochs),
            },
          ]
        : []),
      {
        kind: 'interrupted',
        epoch: 6,
        time: START + 40_000,
        message: 'The process ended under it.',
        data: {},
      },
      { kind: 'resumed', epoch: 6, time: START + 44_000, message: 'Resumed after epoch 6.', data: {} },
      { kind: 'finished', epoch: EPOCHS, time: START + 71_000, message: 'All 12 epochs are done.', data: {} },
    ],
    eventsBefore: 0,
    checkpoints: epochSpans([0, 2, 6, 12]),
    stepsPerEpoch: 430,
    pruningEpochs: run.prunes ? [PRUNED_AT] : [],
    predictions: [
      ...(run.prunes ? MOMENTS.map((moment) => ({ epoch: PRUNED_AT, moment })) : []),
      ...(run.epochsDone === EPOCHS ? [{ epoch: EPOCHS, moment: 'epoch' as const }] : []),
    ],
  };
}

/** Before the cut, accuracy and loss were what they would have been without it. */
function prunedData(epochs: readonly EpochSummary[]) {
  const [before, after] = [epochs[PRUNED_AT - 1]!, epochs[PRUNED_AT]!];
  const prunableWeights = after.layers.reduce((sum, layer) => sum + layer.weights, 0);
  return {
    prunableWeights,
    prunedWeights: Math.round(after.pruned * prunableWeights),
    testAccuracyBefore: before.testAccuracy + 0.022,
    testAccuracyAfter: after.testAccuracy,
    testLossBefore: before.testLoss - 0.12,
    testLossAfter: after.testLoss,
  };
}

type TracksWished = Pick<TracksAsked, 'from' | 'to' | 'threshold'> & Partial<TracksAsked>;
interface PlanesAsked {
  id: string;
  epoch: number;
  layer: string;
  planes?: string[];
}
type EpochsAsked = { id: string } & EpochWindow;

export interface FakeOptions {
  runs: RunSummary[];
  /** Milliseconds before any answer; Infinity never answers. */
  delay?: number;
  /** Every call fails with this sentence. */
  failure?: string;
  check?: StudyCheck;
}

/** Events can be sent to the page as if they came from the workstation. */
export interface Fake {
  client: CascadeClient;
  send: (event: WorkstationEvent) => void;
}

export function fakeClient({ runs, delay = 5, failure, check }: FakeOptions): Fake {
  const queue: WorkstationEvent[] = [];
  let wake: (() => void) | undefined;
  const answer = async <T>(value: () => T): Promise<T> => {
    if (delay === Infinity) await new Promise(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (failure !== undefined) throw new Error(failure);
    return value();
  };
  async function* events(): AsyncGenerator<WorkstationEvent> {
    yield { type: 'status', status: STATUS };
    for (;;) {
      for (const event of queue.splice(0)) yield event;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const send = (event: WorkstationEvent) => {
    queue.push(event);
    wake?.();
  };
  const find = (id: string) => {
    const run = runs.find((entry) => entry.id === id);
    if (!run) throw new Error(`There is no run ${id} in this workspace.`);
    return run;
  };
  const texts = new Map<string, KeptStudy>();
  const documents = createFakeDocuments();
  const nothing = () => answer(() => ({}));
  const change = (id: string, state: RunState) =>
    answer(() => {
      const run = { ...find(id), state };
      runs.splice(runs.indexOf(find(id)), 1, run);
      send({ type: 'run', run });
      return {};
    });
  const client = {
    workstation: {
      status: () => answer(() => STATUS),
      setConcurrency: nothing,
      events: () => answer(events),
    },
    studies: {
      bundled: () => answer(() => STUDIES),
      check: () => answer(() => check ?? { problems: [], preview: previewOf(runs) }),
      start: () => answer(() => ({ study: 'starter', runs: runs.map((run) => run.id) })),
      schema: () => answer(readSchema),
      kept: () => answer(() => [...texts.values()]),
      keep: (draft: KeptStudy) => answer(() => (texts.set(draft.name, draft), { newer: null })),
      drop: ({ name }: { name: string }) => answer(() => (texts.delete(name), {})),
    },
    documents: {
      list: (asked: Parameters<typeof documents.list>[0]) => answer(() => documents.list(asked)),
      save: (saved: Parameters<typeof documents.save>[0]) => answer(() => documents.save(saved)),
      remove: (removed: Parameters<typeof documents.remove>[0]) => answer(() => documents.remove(removed)),
    },
    workspace: {
      sql: () =>
        answer(() =>
          encodeResult({
            columns: ['arm', 'sparsity', 'test_accuracy', 'note'],
            rows: runs.map((run, place) => [
              run.memberships[0]?.arm ?? null,
              run.states?.pruned ?? null,
              run.testAccuracy,
              place % 2 === 0 ? null : 'kept',
            ]),
            cut: null,
            took: 12,
          }),
        ),
      schema: () => answer(() => SQL_SCHEMA),
    },
    runs: {
      list: () => answer(() => encodeRuns(runs)),
      get: ({ id }: { id: string }) => answer(() => detail(find(id))),
      study: () => answer(() => ({ fileName: 'starter-copy.yaml', text: STUDIES[0]!.text })),
      epochs: ({ id, from = 0, to = Infinity }: EpochsAsked) =>
        answer(() => {
          const rows = simulatedOf(id).epochs.filter((entry) => entry.epoch <= find(id).epochsDone);
          const within = rows.filter(({ epoch }) => epoch >= from && epoch <= to);
          return encodeRows(within, { stored: rows.length, span: 1, next: null });
        }),
      excess: ({ id, against = 'dense' }: EpochsAsked & { against?: ControlKind }) =>
        answer(() => {
          const { control, excessEpoch, previousMask } = find(id);
          const [over, last] =
            against === 'dense'
              ? [control && CONTROL, excessEpoch]
              : [previousMask && PREVIOUS, previousMask?.excessEpoch ?? null];
          const stored = over === null || last === null ? 0 : last + 1;
          const rows = Array.from({ length: stored }, (_, epoch) => excessAt(epoch, over!));
          return encodeRows(rows, { stored, span: 1, next: null });
        }),
      events: ({ id }: { id: string }) =>
        answer(() => ({ events: detail(find(id)).events, eventsBefore: 0 })),
      missingCheckpoints: () => answer(() => ({ missing: epochSpans([6]) })),
      classes: ({ id, from = 0, to = Infinity }: EpochsAsked) =>
        answer(() => {
          const stored = find(id).epochsDone + 1;
          const epochs = simulatedOf(id).epochs.slice(from, Math.min(to + 1, stored));
          const rows = epochs.map((epoch) => classesOf(epoch, Number(id === CONTROL)));
          return encodeRows(rows, { stored, span: 1, next: null });
        }),
      predictions: ({ epoch, moment }: { epoch: number; moment: Moment }) =>
        answer(() => predictionsOf(epoch, moment)),
      pause: ({ id }: { id: string }) => change(id, 'paused'),
      resume: ({ id }: { id: string }) => change(id, 'running'),
      stop: ({ id }: { id: string }) => change(id, 'stopped'),
      resumeAll: async () => {
        const interrupted = runs.filter(({ state }) => state === 'interrupted').map(({ id }) => id);
        for (const id of interrupted) await change(id, 'queued');
        return { runs: interrupted, failed: [] };
      },
      setPriority: ({ id, priority }: { id: string; priority: number }) =>
        answer(() => {
          const run = { ...find(id), priority };
          runs.splice(runs.indexOf(find(id)), 1, run);
          send({ type: 'run', run });
          return { raised: [] };
        }),
      mark: ({ ids, addTags = [], removeTags = [], note, starred, binned }: RunMarks & { ids: string[] }) =>
        answer(() => {
          for (const id of ids) {
            const known = find(id);
            const run = {
              ...known,
              tags: [
                ...new Set([...known.tags.filter((tag) => !removeTags.includes(tag)), ...addTags]),
              ].sort(),
              note: note === undefined ? known.note : note || null,
              starred: starred ?? known.starred,
              binnedAt: binned === undefined ? known.binnedAt : binned ? Date.now() : null,
            };
            runs.splice(runs.indexOf(known), 1, run);
            send({ type: 'run', run });
          }
          return {};
        }),
      specifications: () =>
        answer(() =>
          encodeSpecifications(
            runs.map(({ id, hash }) => [hash, flatSpecification(detail(find(id)).specification)]),
          ),
        ),
      remove: ({ id }: { id: string }) =>
        answer(() => {
          runs.splice(runs.indexOf(find(id)), 1);
          send({ type: 'removed', id });
          return {};
        }),
      channels: ({ id, from, to, keptBy, threshold }: { id: string } & ChannelsAsked) =>
        answer(() =>
          simulatedOf(id).simulation.channels(from, to, simulatedOf(keptBy ?? id).simulation, threshold),
        ),
      blocked: ({ id, from, to }: { id: string; from: number; to: number }) =>
        answer(() => {
          const epochs = simulatedOf(id).epochs.filter(({ epoch }) => epoch >= from && epoch <= to);
          const rows = epochs.map(({ epoch }) => ({
            epoch,
            channels: simulatedOf(id).simulation.blocked(epoch),
          }));
          return encodeRows(rows, { stored: rows.length, span: 1, next: null });
        }),
      tracks: ({ id, from, to, every = 1, threshold }: { id: string } & TracksWished) =>
        answer(() => {
          const stored = simulatedOf(id).epochs.filter(({ epoch }) => epoch <= find(id).epochsDone);
          const wanted = stored.filter(({ epoch }) => epoch >= from && epoch <= to && epoch % every === 0);
          const rows = wanted.map(({ epoch }) => ({
            epoch,
            states: simulatedOf(id).simulation.states(epoch, threshold),
          }));
          return encodeRows(rows, { stored: rows.length, span: every, next: null });
        }),
      planes: ({ id, epoch, layer, planes }: PlanesAsked) =>
        answer(() => simulatedOf(id).simulation.planes(layer, epoch, planes)),
      magnitudes: ({ id, from, to }: { id: string; from: number; to: number }) =>
        answer(() => simulatedOf(id).simulation.magnitudes(from, Math.min(to, find(id).epochsDone))),
      reckonedMagnitudes: ({ id, epoch }: { id: string; epoch: number }) =>
        answer(() => simulatedOf(id).simulation.magnitudes(epoch, epoch)),
      weightHistory: ({ id, layer, index, from, to }: WeightHistoryAsked & { id: string }) =>
        answer(() => simulatedOf(id).simulation.history(layer, index, from, to)),
      weightForecast: ({ id, layer, index, epoch }: WeightForecastAsked & { id: string }) =>
        answer(() => simulatedOf(id).simulation.forecast(layer, index, epoch)),
      masks: () => answer(() => new Uint8Array()),
      weights: () => answer(() => new Uint8Array()),
    },
    exchange: {
      pack: () => answer(() => Promise.reject(new Error('The gallery exports nothing.'))),
      receive: () => answer(() => Promise.reject(new Error('The gallery imports nothing.'))),
      open: () => answer(() => Promise.reject(new Error('The gallery imports nothing.'))),
      drop: () => answer(() => ({})),
    },
    figures: {
      list: () => answer(() => FIGURES),
      save: (specification: FigureSpecification) =>
        answer(() => ({ specification, createdAt: START, changedAt: START, writtenAt: null })),
      remove: () => answer(() => ({})),
      draw: (specification: FigureSpecification) => answer(() => drawnFigure(specification)),
      check: ({ name }: { name: string }) => answer(() => checkOf(name)),
      file: () => answer(() => new Uint8Array()),
      noteWritten: () => answer(() => ({})),
    },
  };
  return { client: client as unknown as CascadeClient, send };
}
