import type { WeightForecast, WeightHistory } from '../../../common/contract/weight-schemas.ts';
import { noForecast } from '../../../main/trainer/forecast.ts';
import { RECKONED_MEASURES } from '../../../common/measures/registry.ts';
import { completeSpecification } from '../../../common/run-specification.ts';
import { CascadeError } from '../../../common/errors.ts';
import { encodeCurves } from '../../../common/codec/curve-frames.ts';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { encodeResult } from '../../../common/codec/result-frames.ts';
import { encodeRuns } from '../../../common/codec/run-frames.ts';
import { encodeImages } from '../../../common/codec/image-frames.ts';
import { encodeSpecifications } from '../../../common/codec/specifications.ts';
import { encodeRows } from '../../../common/codec/rows.ts';
import { encodePredictions } from '../../../common/codec/predictions.ts';
import { epochSpans } from '../../../common/epoch-spans.ts';
import type { ControlKind } from '../../../common/controls.ts';
import type {
  OverlapAsked,
  RunMarks,
  ChannelsAsked,
  CurvesAsked,
  ClassEpoch,
  Cost,
  EpochSummary,
  EpochWindow,
  ExcessEpoch,
  RunDetail,
  KeptStudy,
  RunFilter,
  RunState,
  RunSummary,
  SqlAsked,
  StudyProblem,
  WorkstationEvent,
  WorkstationStatus,
} from '../../../common/contract/schemas.ts';
import type { DocumentKind, StoredDocument } from '../../../common/contract/document-schemas.ts';
import type { TracksAsked } from '../../../common/contract/track-schemas.ts';
import { filterRuns } from '../../../common/run-filter.ts';
import type { Moment } from '../../../common/records.ts';
import { DEFAULT_THRESHOLDS, thresholdIndex, thresholdLabel } from '../../../common/thresholds.ts';
import { SqlError } from '../../../main/workspace/query/refusal.ts';
import { sqlSchema } from '../../../main/workspace/query/views/registry.ts';
import type { SavedFigure } from '../../../common/contract/figure-schemas.ts';
import type {
  FigureServices,
  RunFileServices,
  WorkstationOptions,
  WorkstationServices,
} from '../../../main/api/services.ts';

export const EPOCHS = 3;
const LABELS = DEFAULT_THRESHOLDS.map(thresholdLabel);

class StudyError extends CascadeError {
  readonly problems: StudyProblem[];
  constructor(problems: StudyProblem[]) {
    super('INVALID_STUDY', problems[0]?.message ?? 'The study is not valid.');
    this.problems = problems;
  }
}

function shares(value: number): Record<string, number> {
  return Object.fromEntries(LABELS.map((label) => [label, value]));
}

/** A run of one layer of 8 weights, of which it keeps 6, beside its control after the first epoch. */
function compared(run: number, control: number): ExcessEpoch {
  const comparison = { run: shares(run), control: shares(control), excess: shares(run - control) };
  return { epoch: 1, ...comparison, layers: [{ name: 'dense1', kept: 6, ...comparison }] };
}

function cost(weights: number): Cost {
  const left = { weights, macs: 10 * weights, parameters: weights + 2 };
  return { ...left, compression: 8 / weights, speedUp: 8 / weights };
}

/** Every measure that is stored by its id has the same number. */
const MEASURED = Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, 0.375]));

function epochOf(epoch: number): EpochSummary {
  const states = { pruned: epoch > 0 ? 0.25 : 0, shed: shares(epoch / 10), inertAtLeast: 0.125, zero: 0.25 };
  const freed = { channels: 4, freedChannels: 1, freed: 0.25 };
  return {
    epoch,
    phase: epoch === 0 ? 'initial' : 'training',
    learningRate: epoch === 0 ? 0 : 0.1,
    learningRateMean: epoch === 0 ? 0 : 0.08,
    learningRateLast: epoch === 0 ? 0 : 0.05,
    steps: epoch === 0 ? 0 : 10,
    trainLoss: epoch === 0 ? null : 1 / epoch,
    trainAccuracy: epoch === 0 ? null : 0.5,
    validationLoss: 1,
    validationAccuracy: 0.875,
    testLoss: 1,
    testAccuracy: 0.75,
    validationTopFive: null,
    testTopFive: 0.9375,
    trainingSeconds: 1,
    evaluationSeconds: 1,
    measurementSeconds: 0.01,
    waitingSeconds: 0,
    ...states,
    norm: 1,
    ...freed,
    freedMedian: 0.25,
    heldMedian: 0.5,
    gradientNorm: 0.5,
    deadOnData: epoch === 0 ? null : 0.25,
    measured: MEASURED,
    costs: {
      dense: cost(8),
      masked: cost(epoch > 0 ? 6 : 8),
      withoutShed: Object.fromEntries(LABELS.map((label) => [label, cost(5)])),
      withoutInert: cost(5),
      compacted: cost(4),
    },
    layers: [
      {
        name: 'dense1',
        weights: 8,
        macs: 80,
        compacted: 4,
        norm: 1,
        gradientNorm: 0.5,
        deadOnData: epoch === 0 ? null : 0.25,
        measured: MEASURED,
        ...freed,
        ...states,
      },
    ],
  };
}

/**
 * A workstation in memory that keeps the interface's promises: states change as they would, events are told,
 * wrong ids and states reject with the documented codes. A study's text is a list of lines `arm seed`, or
 * `broken`, which is refused; runs end when the test calls `finish`, `fail`, or at once with `automatic`.
 */
export class WorkstationDouble implements WorkstationServices {
  readonly options: WorkstationOptions;
  /** Finish every run as soon as it is started. */
  automatic = false;
  closed = 0;
  readonly listeners = new Set<(event: WorkstationEvent) => void>();
  readonly runs = new Map<string, RunSummary>();
  concurrency: number;
  bundled = [
    { name: 'starter', title: 'Starter', description: 'Three arms.', text: 'control 0\nmagnitude 0' },
    { name: 'other', title: 'Other', description: 'One arm.', text: 'random 1' },
  ];
  #time = 1_700_000_000_000;

  constructor(options: Partial<WorkstationOptions> = {}) {
    this.options = { folder: '/somewhere/workspace', way: 'browser', ...options };
    this.concurrency = options.concurrency ?? 1;
  }

  status(): WorkstationStatus {
    return {
      version: '0.1.0',
      workspace: this.options.folder,
      way: this.options.way,
      engine: {
        name: 'double',
        version: null,
        device: null,
        library: null,
        threads: this.options.threads ?? 1,
        problem: null,
      },
      concurrency: this.concurrency,
      problems: [],
      notices: [],
    };
  }

  setConcurrency(concurrency: number): void {
    this.concurrency = concurrency;
    this.emit({ type: 'status', status: this.status() });
  }

  subscribe(listener: (event: WorkstationEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: WorkstationEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  async bundledStudies() {
    return this.bundled;
  }

  async checkStudy(text: string, fileName: string) {
    if (text.includes('broken')) return { problems: [this.#problem(fileName)], preview: null };
    const estimate = { runs: 0, seconds: 0, measured: true, bytes: 0 };
    return {
      problems: [],
      preview: { name: fileName, title: fileName, warnings: [], dataChanged: false, runs: [], estimate },
    };
  }

  async startStudy(text: string, fileName: string) {
    if (text.includes('broken')) throw new StudyError([this.#problem(fileName)]);
    const study = fileName.replace(/\.yaml$/, '');
    const ids = text
      .trim()
      .split('\n')
      .map((line) => this.#add(study, line.trim()));
    // A study's runs start after it was answered, as trainers do.
    setImmediate(() => ids.forEach((id) => this.#begin(id)));
    return {
      study,
      runs: ids,
      warnings: text.includes('random') ? ['Random pruning is warned of here.'] : [],
    };
  }

  readonly #kept = new Map<string, KeptStudy>();
  async studyOfRun(id: string) {
    return { fileName: 'copy.yaml', text: `# ${id}` };
  }
  async keptStudies() {
    return [...this.#kept.values()];
  }
  async keepStudy(study: KeptStudy) {
    this.#kept.set(study.name, study);
    return { newer: null };
  }
  async dropStudy(name: string) {
    this.#kept.delete(name);
  }

  readonly #documents = new Map<string, StoredDocument>();
  async documents(kind: DocumentKind) {
    return [...this.#documents].flatMap(([key, document]) => (key.startsWith(`${kind} `) ? [document] : []));
  }
  async saveDocument(kind: DocumentKind, document: StoredDocument) {
    this.#documents.set(`${kind} ${document.name}`, document);
  }
  async removeDocument(kind: DocumentKind, name: string) {
    this.#documents.delete(`${kind} ${name}`);
  }

  studySchema() {
    return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Study' };
  }

  async listRuns(): Promise<RunSummary[]> {
    return [...this.runs.values()];
  }
  async runList(filter: RunFilter = {}) {
    return encodeRuns(filterRuns(await this.listRuns(), filter));
  }

  async getRun(id: string): Promise<RunDetail> {
    const summary = this.#run(id);
    return {
      summary,
      specification: completeSpecification({
        dataset: { name: 'mnist' },
        model: { name: 'lenet-300-100' },
        batchSize: 64,
        epochs: EPOCHS,
        optimizer: { name: 'sgd' },
        learningRate: { name: 'constant' },
        pruning: null,
        retraining: { name: 'none' },
        thresholds: [...DEFAULT_THRESHOLDS],
        referenceEpoch: 1,
      }),
      thresholds: [...DEFAULT_THRESHOLDS],
      network: null,
      environment: { engine: 'double', classNames: ['cat', 'dog, or wolf'] },
      events: [{ kind: 'queued', epoch: null, time: this.#time, message: 'Queued.', data: {} }],
      eventsBefore: 0,
      checkpoints: epochSpans([EPOCHS]),
      stepsPerEpoch: 100,
      pruningEpochs: [1],
      predictions: [
        { epoch: 1, moment: 'before-pruning' },
        { epoch: 1, moment: 'epoch' },
        { epoch: EPOCHS, moment: 'epoch' },
      ],
    };
  }

  async epochs(id: string): Promise<EpochSummary[]> {
    return Array.from({ length: this.#run(id).epochsDone + 1 }, (_, epoch) => epochOf(epoch));
  }

  async excess(id: string, against: ControlKind = 'dense'): Promise<ExcessEpoch[]> {
    const { control, previousMask } = this.#run(id);
    if (against === 'previous-mask') return previousMask === null ? [] : [compared(0.5, 0.375)];
    if (control === null) return [];
    return [compared(0.5, 0.25)];
  }

  async epochFrame(id: string, { from = 0, to = Infinity }: EpochWindow) {
    const rows = await this.epochs(id);
    const within = rows.filter(({ epoch }) => epoch >= from && epoch <= to);
    return encodeRows(within, { stored: rows.length, span: 1, next: null });
  }
  async excessFrame(id: string, against: ControlKind, { from = 0, to = Infinity }: EpochWindow) {
    const rows = await this.excess(id, against);
    const within = rows.filter(({ epoch }) => epoch >= from && epoch <= to);
    return encodeRows(within, { stored: this.#run(id).epochsDone + 1, span: 1, next: null });
  }

  async classFrame(id: string, { from = 0, to = Infinity }: Pick<EpochWindow, 'from' | 'to'>) {
    const epochs = Array.from({ length: this.#run(id).epochsDone + 1 }, (_, epoch) => epoch);
    const rows = epochs
      .filter((epoch) => epoch >= from && epoch <= to)
      .map((epoch): ClassEpoch => ({ epoch, examples: [2, 2], correct: [1, epoch % 3] }));
    return encodeRows(rows, { stored: epochs.length, span: 1, next: null });
  }

  async events(id: string) {
    const { events } = await this.getRun(id);
    return { events, eventsBefore: 0 };
  }

  async missingCheckpoints() {
    return [];
  }

  async pause(id: string) {
    this.#change(id, ['running'], 'paused', null);
  }
  async resume(id: string) {
    this.#change(id, ['paused', 'interrupted', 'stopped'], 'queued', null);
    setImmediate(() => this.#begin(id));
  }
  async resumeAll() {
    const interrupted = [...this.runs.values()].filter(({ state }) => state === 'interrupted');
    for (const { id } of interrupted) await this.resume(id);
    const failed = [...this.runs.values()].filter(({ state }) => state === 'failed');
    return {
      runs: interrupted.map(({ id }) => id),
      failed: failed.map(({ id, reason }) => ({ id, reason: reason ?? '' })),
    };
  }

  async setPriority(id: string, priority: number) {
    const run = { ...this.#run(id), priority };
    this.runs.set(id, run);
    this.emit({ type: 'run', run });
    return [];
  }

  async mark(ids: readonly string[], { addTags = [], removeTags = [], note, starred, binned }: RunMarks) {
    for (const id of ids) {
      const run = this.#run(id);
      const tags = [...new Set([...run.tags.filter((tag) => !removeTags.includes(tag)), ...addTags])].sort();
      const marked = {
        ...run,
        tags,
        note: note === undefined ? run.note : note || null,
        starred: starred ?? run.starred,
        binnedAt: binned === undefined ? run.binnedAt : binned ? 1 : null,
      };
      this.runs.set(id, marked);
      this.emit({ type: 'run', run: marked });
    }
  }
  /** Keeps figures, and draws none. */
  figures = new FiguresDouble();
  studyPage(): Promise<never> {
    return Promise.reject(new CascadeError('INVALID', 'This double of a workstation writes no page.'));
  }
  runFiles: RunFileServices = new RunFilesDouble();

  async specifications() {
    return encodeSpecifications(
      [...this.runs.values()].map(({ hash, model, optimizer }) => [
        hash,
        new Map([
          ['model', model],
          ['optimizer', optimizer],
        ]),
      ]),
    );
  }

  async stop(id: string) {
    this.#change(id, ['queued', 'running', 'paused'], 'stopped', 'a person stopped it');
  }
  async remove(id: string) {
    const run = this.#run(id);
    if (run.state === 'running') throw new CascadeError('CONFLICT', `Run ${id} is running: stop it first.`);
    this.runs.delete(id);
    this.emit({ type: 'removed', id });
  }

  async channels(id: string, { from, to }: ChannelsAsked) {
    this.#run(id);
    const epochs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return encodeFrame(
      {
        kind: 'channels',
        thresholds: LABELS,
        epochs,
        next: null,
        layers: [{ name: 'dense1', channels: 2, rows: 1 }],
      },
      new Uint8Array(Float32Array.from(epochs.flatMap((epoch) => [epoch, -epoch])).buffer),
    );
  }
  async curves({ runs, measures }: CurvesAsked) {
    for (const id of runs) this.#run(id);
    const column = (value: number) => Float64Array.from(runs, () => value);
    const curves = { run: Float64Array.from(runs.keys()), epoch: column(0), x: column(0) };
    return encodeCurves({ curves: { ...curves, values: measures.map(() => column(0.5)) }, next: null });
  }
  async testImages(_id: string, images: readonly number[]) {
    return encodeImages({ shape: [1, 1, 1], images: [...images], pixels: new Uint8Array(images.length) });
  }
  async overlap({ sets }: OverlapAsked) {
    const square = sets.map((_, one) => sets.map((_, other) => (one === other ? 10 : 4)));
    return { weights: 20, sizes: sets.map(() => 10), both: square, expected: square, layers: ['dense'] };
  }
  async sql({ sql, limit }: SqlAsked) {
    if (sql.includes('wrong')) throw new SqlError("There is no column 'wrong'.", { from: 7, to: 12 }, sql);
    const rows = [
      ['a', 1.5],
      ['b', null],
    ].slice(0, limit);
    const cut = rows.length < 2 ? 'Only the first rows are told.' : null;
    return encodeResult({ columns: ['name', 'value'], rows, cut, took: 1 });
  }
  sqlSchema = sqlSchema;
  async blocked(id: string, from: number, to: number) {
    this.#run(id);
    const epochs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return encodeRows(
      epochs.map((epoch) => ({ epoch, channels: epoch * 10 })),
      { stored: epochs.length, span: 1, next: null },
    );
  }
  async magnitudes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array();
  }

  async reckonedMagnitudes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array();
  }

  async weightHistory(): Promise<WeightHistory> {
    return { epochs: [0], states: [0], values: [0.5], unreadable: [], sigma: null, next: null };
  }

  async weightForecast(): Promise<WeightForecast> {
    return noForecast('held');
  }

  async tracks(id: string, { from, to, every }: TracksAsked) {
    this.#run(id);
    const epochs = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((at) => at % every === 0);
    return encodeRows(
      epochs.map((epoch) => ({ epoch, states: { dense1: [8 - epoch, 0, epoch, 0, 0] } })),
      { stored: epochs.length, span: every, next: null },
    );
  }
  async planes(id: string, epoch: number, layer: string) {
    this.#run(id);
    if (layer !== 'dense1') throw new CascadeError('NOT_FOUND', `There is no layer ${layer}.`);
    return encodeFrame(
      { kind: 'planes', thresholds: LABELS, planes: [], epoch, layer, shape: [4, 2], weights: 8 },
      Uint8Array.of(0xff, 0, 1, 2, 3, 4, 5, 6),
    );
  }
  async predictions(id: string, epoch: number, moment: Moment) {
    this.#run(id);
    if (epoch !== 1 && epoch !== EPOCHS)
      throw new CascadeError('NOT_FOUND', `Run ${id} has no predictions of epoch ${epoch}.`);
    return encodePredictions(
      { epoch, moment },
      {
        labels: Uint16Array.of(0, 1, 1, 0),
        predicted: Uint16Array.of(0, moment === 'epoch' ? 0 : 1, 1, 1),
        margins: Float32Array.of(1.5, moment === 'epoch' ? -0.25 : 0.5, 2, -1),
      },
    );
  }
  async masks(id: string, epoch: number, threshold: string) {
    this.#run(id);
    if (epoch > EPOCHS) throw new CascadeError('NOT_FOUND', `Run ${id} has no epoch ${epoch}.`);
    if (thresholdIndex(DEFAULT_THRESHOLDS, threshold) < 0)
      throw new CascadeError('INVALID', `There is no threshold ${threshold} in this run.`);
    return new TextEncoder().encode(`npz ${id} ${epoch} ${threshold}`);
  }
  async weights(id: string, epoch: number) {
    this.#run(id);
    if (epoch !== EPOCHS)
      throw new CascadeError('NOT_FOUND', `Run ${id} has no checkpoint of epoch ${epoch}.`);
    return new TextEncoder().encode(`safetensors ${id} ${epoch}`);
  }

  async close() {
    this.closed++;
    for (const run of this.runs.values())
      if (run.state === 'running') this.#change(run.id, ['running'], 'interrupted', 'the workstation closed');
  }

  finish(id: string): void {
    const run = this.#run(id);
    for (let epoch = run.epochsDone + 1; epoch <= EPOCHS; epoch++)
      this.emit({ type: 'epoch', id, epoch: epochOf(epoch) });
    Object.assign(run, { epochsDone: EPOCHS, testAccuracy: 0.75, progress: null });
    // Its control ended after the first epoch.
    if (run.control !== null) Object.assign(run, { excess: shares(0.25), excessEpoch: 1 });
    this.#change(id, ['running'], 'finished', null);
  }
  fail(id: string, reason: string): void {
    this.#change(id, ['running'], 'failed', reason);
  }
  progress(id: string, step: number): void {
    const progress = { epoch: 1, step, steps: 10, secondsLeft: 5, trainLoss: 1 };
    Object.assign(this.#run(id), { progress });
    this.emit({ type: 'progress', id, progress });
  }

  #problem(fileName: string): StudyProblem {
    return {
      line: 1,
      column: 1,
      key: 'arms',
      message: `${fileName}: 'broken' is no arm; did you mean 'random'?`,
    };
  }

  #begin(id: string): void {
    if (this.runs.get(id)?.state !== 'queued') return;
    this.#change(id, ['queued'], 'running', null);
    this.progress(id, 1);
    if (this.automatic) this.finish(id);
  }

  #add(study: string, line: string): string {
    const [arm = '', seed = '0'] = line.split(' ');
    const hash = Buffer.from(`${arm}-padding`).toString('hex').slice(0, 12);
    const id = `${hash}-s${seed}`;
    const known = this.runs.get(id);
    if (known !== undefined) return id;
    const control = [...this.runs.values()].find((run) => run.memberships[0]?.arm === 'control')?.id ?? null;
    const run: RunSummary = {
      data: null,
      dataPinned: false,
      tags: [],
      note: null,
      starred: false,
      binnedAt: null,
      id,
      hash,
      seed: Number(seed),
      memberships: [{ study, arm, place: arm === 'control' ? null : 0 }],
      state: 'queued',
      reason: null,
      control,
      previousMask: null,
      trunk: null,
      masks: null,
      priority: 0,
      prunes: arm !== 'control',
      createdAt: this.#time++,
      startedAt: null,
      endedAt: null,
      epochsDone: 0,
      epochsTotal: EPOCHS,
      progress: null,
      testAccuracy: null,
      validationAccuracy: null,
      states: { pruned: 0.25, shed: shares(0.5), inertAtLeast: 0.125, zero: 0.25 },
      excess: null,
      excessEpoch: null,
      model: 'lenet-300-100',
      optimizer: 'sgd',
      criterion: arm === 'control' ? null : arm,
    };
    this.runs.set(id, run);
    this.emit({ type: 'run', run: structuredClone(run) });
    return id;
  }

  #run(id: string): RunSummary {
    const run = this.runs.get(id);
    if (run === undefined) throw new CascadeError('NOT_FOUND', `There is no run ${id} in this workspace.`);
    return run;
  }

  #change(id: string, from: RunState[], to: RunState, reason: string | null): void {
    const run = this.#run(id);
    if (!from.includes(run.state)) throw new CascadeError('CONFLICT', `Run ${id} is ${run.state}.`);
    Object.assign(run, { state: to, reason });
    this.emit({ type: 'run', run: structuredClone(run) });
  }
}

class FiguresDouble implements FigureServices {
  readonly #kept = new Map<string, SavedFigure>();

  async list(): Promise<SavedFigure[]> {
    return [...this.#kept.values()];
  }
  async save(specification: SavedFigure['specification']): Promise<SavedFigure> {
    const saved = { specification, createdAt: 1, changedAt: 1, writtenAt: null };
    this.#kept.set(specification.name, saved);
    return saved;
  }
  async remove(name: string): Promise<void> {
    this.#kept.delete(name);
  }
  draw(): Promise<never> {
    return this.#refuse();
  }
  check(): Promise<never> {
    return this.#refuse();
  }
  file(): Promise<never> {
    return this.#refuse();
  }
  async noteWritten(): Promise<void> {}

  async #refuse(): Promise<never> {
    throw new CascadeError('INVALID', 'This double of a workstation draws no figure.');
  }
}

/** Has no files. */
class RunFilesDouble implements RunFileServices {
  async *pack(): AsyncGenerator<never> {
    yield await this.#refuse();
  }
  part(): Promise<never> {
    return this.#refuse();
  }
  receive(): Promise<never> {
    return this.#refuse();
  }
  append(): Promise<never> {
    return this.#refuse();
  }
  async *open(): AsyncGenerator<never> {
    yield await this.#refuse();
  }
  async *take(): AsyncGenerator<never> {
    yield await this.#refuse();
  }
  async drop(): Promise<void> {}

  async #refuse(): Promise<never> {
    throw new CascadeError('INVALID', 'This double of a workstation has no run files.');
  }
}
