import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { WeightFormat } from '../common/codec/weight-formats.ts';
import type { DocumentKind, StoredDocument } from '../common/contract/document-schemas.ts';
import type {
  EpochSummary,
  KeptStudy,
  ResumedRuns,
  RunDetail,
  RunFilter,
  RunMarks,
  RunSummary,
  StudyCheck,
  WorkstationEvent,
  WorkstationStatus,
} from '../common/contract/schemas.ts';
import { epochSpansText, hasEpoch } from '../common/epoch-spans.ts';
import { CascadeError, messageOf } from '../common/errors.ts';
import type { RunEnvironment } from '../common/records.ts';
import { studyJsonSchema, studyOfRun } from './studies/language/index.ts';
import { serveOwner, type OwnerSocket } from './api/owner-socket.ts';
import type {
  CheckOptions,
  OpenWorkstation,
  WorkstationOptions,
  WorkstationServices,
} from './api/services.ts';
import { Background } from './background/background.ts';
import { RunFiles } from './exchange/exchange.ts';
import { Figures } from './figures/figures.ts';
import { studyData } from './report/study-data.ts';
import { countGpus } from './runs/gpus.ts';
import { RunManager } from './runs/run-manager.ts';
import { bundledStudies } from './studies/bundled.ts';
import { changedDataText, mixedData, wasAccepted, type ChangedData } from './studies/changed-data.ts';
import { estimateStudy } from './studies/estimate.ts';
import type { planStudy } from './studies/plan-study.ts';
import { StudyError } from './studies/problems.ts';
import { components } from './trainer/components.ts';
import { noForecast } from './trainer/forecast.ts';
import { locateLibrary } from './trainer/tensorflow/library.ts';
import { findApplication } from './entry/application.ts';
import { sqlSchema } from './workspace/query/views/registry.ts';
import { openWorkspace, type Workspace } from './workspace/workspace.ts';

/** Codes of failures that putting the data back mends. */
const DATA_FAILURES = ['BAD_DATA_FILE', 'DATA_CHANGED'];

/** The composition root: opens a workspace, starts the services over it, and ends them in order. */
class Workstation implements WorkstationServices {
  readonly #workspace: Workspace;
  readonly #runs: RunManager;
  readonly figures: Figures;
  readonly runFiles: RunFiles;
  readonly #background = new Background();
  readonly #listeners = new Set<(event: WorkstationEvent) => void>();
  readonly #status: WorkstationStatus;
  #socket: OwnerSocket | null = null;
  #closing: Promise<void> | null = null;

  constructor(workspace: Workspace, options: WorkstationOptions) {
    const { version } = findApplication();
    const gpus = countGpus();
    const concurrency = options.concurrency ?? Math.max(1, gpus);
    const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / concurrency));
    this.#workspace = workspace;
    this.#status = {
      version,
      workspace: workspace.folder,
      way: options.way,
      engine: { name: 'TensorFlow', device: null, threads, ...findEngine() },
      concurrency,
      problems: [],
      notices: [...workspace.notices],
    };
    this.figures = new Figures(workspace, this, this.#background, `cascade-lab ${version}`);
    this.runFiles = new RunFiles({
      workspace,
      application: `cascade-lab ${version}`,
      summaries: (ids) => this.listRuns({ ids: [...ids] }),
      onTaken: async (ids) => {
        for (const run of await this.listRuns({ ids: [...ids] })) this.#emit({ type: 'run', run });
      },
    });
    workspace.onDamage((sentence) => {
      this.#status.problems.push(sentence);
      this.#emitStatus();
    });
    this.#runs = new RunManager({
      workspace,
      application: `cascade-lab ${version}`,
      concurrency,
      gpus,
      threads,
      emit: (event) => this.#emit(event),
      onPrepared: (environment) => this.#enginePrepared(environment),
      onProblems: () => this.#emitStatus(),
      reclaim: async (ledger) => void (await this.#background.call('reclaim', [ledger])),
    });
  }

  /** Answers the command line of other processes from now on. */
  async serve(): Promise<void> {
    this.#socket = await serveOwner(this, this.#workspace.folder);
    await this.#workspace.publishAddress(this.#socket.address);
  }

  status(): WorkstationStatus {
    return {
      ...this.#status,
      engine: { ...this.#status.engine },
      concurrency: this.#runs.concurrency,
      problems: [...new Set([...this.#status.problems, ...this.#runs.problems])],
    };
  }

  setConcurrency(concurrency: number): void {
    this.#runs.setConcurrency(concurrency);
    this.#emitStatus();
  }

  subscribe(listener: (event: WorkstationEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  bundledStudies = bundledStudies;

  async checkStudy(text: string, _fileName: string, options: CheckOptions = {}): Promise<StudyCheck> {
    const { plan, problems, changed, remembered } = await this.#plan(text, options);
    if (!plan) return { problems, preview: null };
    const others = new Set(changed.flatMap(({ runs }) => runs.map(({ id }) => id)));
    const ids = plan.runs.map(({ id }) => id);
    const [listed, speeds] = await Promise.all([
      this.#workspace.runProgress(ids, this.#runs.standings),
      this.#workspace.speeds(),
    ]);
    const known = new Map(listed.map((run) => [run.id, run]));
    const open = plan.runs
      .filter(({ id }) => known.get(id)?.state !== 'finished')
      .map((run) => ({ run, done: known.get(run.id)?.epochsDone ?? 0 }));
    return {
      problems,
      preview: {
        name: plan.name,
        title: plan.title,
        warnings: plan.warnings,
        dataChanged: changed.length > 0 && !remembered,
        runs: plan.runs.map(({ id, arms, seed, epochs, control, previousMask, trunk, masks }) => ({
          id,
          arms,
          seed,
          epochs,
          control,
          previousMask,
          trunk: trunk && { id: trunk.id, epoch: trunk.epoch },
          masks,
          state: known.get(id)?.state ?? null,
          otherData: others.has(id),
        })),
        estimate: estimateStudy(open, plan.checkpointEvery, speeds),
      },
    };
  }

  async startStudy(
    text: string,
    fileName: string,
    options: Pick<CheckOptions, 'acceptChangedData'> = {},
  ): Promise<{ study: string; runs: string[]; warnings: string[] }> {
    const { plan, problems, changed, remembered } = await this.#plan(text, options);
    if (!plan) throw new StudyError(fileName, problems);
    if (changed.length > 0 && !remembered && !options.acceptChangedData) throw mixedData(changed);
    await this.#workspace.addStudy({ name: plan.name, title: plan.title, fileName, text });
    for (const {
      id,
      hash,
      seed,
      specification,
      control,
      previousMask,
      trunk,
      epochs,
      stepsPerEpoch,
      pruningEpochs,
      ...run
    } of plan.runs)
      for (const arm of run.arms)
        await this.#workspace.addRun({
          id,
          hash,
          seed,
          specification,
          control,
          previousMask,
          trunk,
          checkpointEvery: plan.checkpointEvery,
          priority: plan.priority,
          epochsTotal: epochs,
          stepsPerEpoch,
          pruningEpochs,
          prunes: specification.pruning !== null,
          study: plan.name,
          named: run.named,
          arm,
        });
    for (const { id } of plan.runs) await this.#runs.enqueue(id);
    return { study: plan.name, runs: plan.runs.map(({ id }) => id), warnings: plan.warnings };
  }

  /**
   * The plan of a study, and which of its runs in the workspace were trained on other data than are there now. Where that
   * is accepted, or was before, the plan is of runs of the data that are there now.
   */
  async #plan(
    text: string,
    { acceptChangedData = false, signal }: CheckOptions,
  ): Promise<Awaited<ReturnType<typeof planStudy>> & { changed: ChangedData[]; remembered: boolean }> {
    const names = await this.#background.call('namesIn', [text], { signal });
    const named = names.runs.length === 0 ? [] : await this.#workspace.runsNamed(names.runs);
    const first = await this.#background.call('planStudy', [text, names, named], { signal });
    const unchanged = { ...first, changed: [], remembered: false };
    if (!first.plan) return unchanged;
    const { name, runs } = first.plan;
    const taken = new Set(runs.flatMap(({ id, masks }) => (masks ? [id, masks.id] : [id])));
    const trained = await this.#workspace.trainedRuns([...taken], [name]);
    if (trained.length === 0) return unchanged;
    const changed = await this.#background.call('compareData', [trained, names.datasets, [...taken]], {
      signal,
    });
    if (changed.length === 0) return unchanged;
    const pins = await this.#background.call('pinData', [names.datasets, changed], { signal });
    const remembered = wasAccepted(changed, pins, await this.#workspace.pinnedData(name));
    const accepted = acceptChangedData || remembered;
    const said = changedDataText(changed, accepted);
    const withWarnings = ({ plan, problems }: typeof first) => ({
      problems,
      plan: plan && { ...plan, warnings: [...said, ...plan.warnings] },
      changed,
      remembered,
    });
    if (!accepted) return withWarnings(first);
    return withWarnings(await this.#background.call('planStudy', [text, names, named, pins], { signal }));
  }

  studySchema(): Record<string, unknown> {
    return studyJsonSchema(components);
  }

  listRuns(filter?: RunFilter): Promise<RunSummary[]> {
    return this.#workspace.listRuns(filter, this.#runs.standings);
  }

  runList(filter?: RunFilter): Promise<Uint8Array<ArrayBuffer>> {
    return this.#workspace.runList(filter, this.#runs.standings);
  }

  async studyOfRun(id: string): Promise<{ fileName: string; text: string }> {
    const { summary, specification } = await this.#workspace.getRun(id);
    const { study, arm } = summary.memberships[0] ?? { study: 'run', arm: id };
    const text = studyOfRun({ id, study, arm, seed: summary.seed, specification }, components);
    return { fileName: `${study}-copy.yaml`, text };
  }

  async getRun(id: string): Promise<RunDetail> {
    const detail = await this.#workspace.getRun(id);
    return { ...detail, summary: this.#runs.show(detail.summary) };
  }

  events: WorkstationServices['events'] = (id, before) => this.#workspace.events(id, before);
  missingCheckpoints: WorkstationServices['missingCheckpoints'] = (id) =>
    this.#workspace.missingCheckpoints(id);

  epochs(id: string): Promise<EpochSummary[]> {
    return this.#workspace.epochs(id);
  }

  excess: WorkstationServices['excess'] = (id, against) => this.#workspace.excess(id, against);

  epochFrame: WorkstationServices['epochFrame'] = (id, window) => this.#workspace.epochFrame(id, window);
  excessFrame: WorkstationServices['excessFrame'] = (id, against, window) =>
    this.#workspace.excessFrame(id, against, window);

  classFrame: WorkstationServices['classFrame'] = (id, window) => this.#workspace.classFrame(id, window);

  curves: WorkstationServices['curves'] = (asked, signal) => this.#workspace.curveFrame(asked, signal);
  keptStudies(): Promise<KeptStudy[]> {
    return this.#workspace.keptStudies();
  }

  async keepStudy(study: KeptStudy): Promise<{ newer: KeptStudy | null }> {
    const kept = await this.#workspace.keepStudy(study);
    if (kept.newer === null) this.#emit({ type: 'kept studies' });
    return kept;
  }

  async dropStudy(name: string): Promise<void> {
    await this.#workspace.dropStudy(name);
    this.#emit({ type: 'kept studies' });
  }

  documents(kind: DocumentKind): Promise<StoredDocument[]> {
    return this.#workspace.documents(kind);
  }

  async saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): Promise<void> {
    await this.#workspace.saveDocument(kind, document, instead);
    this.#emit({ type: 'documents', kind });
  }

  async removeDocument(kind: DocumentKind, name: string): Promise<void> {
    await this.#workspace.removeDocument(kind, name);
    this.#emit({ type: 'documents', kind });
  }

  studyPage: WorkstationServices['studyPage'] = async (study, options, signal) => {
    const asked = { ...options, application: `cascade-lab ${this.#status.version}` };
    const data = await studyData(
      {
        figures: this,
        studyTexts: (name) => this.#workspace.studyTexts(name),
        environment: (id) => this.#workspace.environment(id),
      },
      study,
      asked,
    );
    return this.#background.call('studyPage', [data], { signal });
  };

  pause(id: string): Promise<void> {
    return this.#runs.pause(id);
  }
  resume(id: string): Promise<void> {
    return this.#runs.resume(id);
  }
  async resumeAll(): Promise<ResumedRuns> {
    const resumed: ResumedRuns = { runs: [], failed: [] };
    const ended = await this.#workspace.runStates(['interrupted', 'failed'], this.#runs.standings);
    for (const { id, state, reason } of ended.toReversed()) {
      if (state === 'interrupted' || (await this.#isDataBack(id))) resumed.runs.push(id);
      else resumed.failed.push({ id, reason: reason ?? 'for a reason that is not known' });
    }
    for (const id of resumed.runs) await this.#runs.enqueue(id);
    return resumed;
  }

  /** Whether a run failed for its data, which can be read now. */
  async #isDataBack(id: string): Promise<boolean> {
    const { events, specification } = await this.#workspace.getRun(id);
    const failure = events.findLast(({ kind }) => kind === 'failed');
    if (!DATA_FAILURES.includes(String(failure?.data['code']))) return false;
    if (!(await this.#background.call('hasData', [specification]))) return false;
    const trained = await this.#workspace.trainedRuns([id], []);
    const compared = this.#background.call('compareData', [trained, [specification.dataset], [id]]);
    return (await compared.catch(nullOfBadData))?.length === 0;
  }

  setPriority(id: string, priority: number): Promise<string[]> {
    return this.#runs.setPriority(id, priority);
  }

  stop(id: string): Promise<void> {
    return this.#runs.stop(id);
  }

  mark(ids: readonly string[], marks: RunMarks): Promise<void> {
    return this.#runs.mark(ids, marks);
  }

  specifications(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
    return this.#workspace.specificationFrame(hashes);
  }

  remove(id: string): Promise<void> {
    return this.#runs.remove(id);
  }

  channels: WorkstationServices['channels'] = (id, asked, signal) =>
    this.#workspace.channelFrame(id, asked, signal);
  blocked: WorkstationServices['blocked'] = (id, from, to, signal) =>
    this.#workspace.blockedFrame(id, from, to, signal);
  tracks: WorkstationServices['tracks'] = (id, asked, signal) =>
    this.#workspace.trackFrame(id, asked, signal);
  overlap: WorkstationServices['overlap'] = (asked, signal) => this.#workspace.overlap(asked, signal);
  planes: WorkstationServices['planes'] = (id, epoch, layer, planes, signal) =>
    this.#workspace.planeFrame(id, epoch, layer, planes, signal);
  magnitudes: WorkstationServices['magnitudes'] = (id, from, to, signal) =>
    this.#workspace.magnitudeFrame(id, from, to, signal);
  reckonedMagnitudes: WorkstationServices['reckonedMagnitudes'] = (id, epoch, signal) =>
    this.#workspace.reckonedMagnitudeFrame(id, epoch, signal);
  weightHistory: WorkstationServices['weightHistory'] = (id, asked, signal) =>
    this.#workspace.weightHistory(id, asked, signal);
  weightForecast: WorkstationServices['weightForecast'] = async (id, { epoch, ...place }, signal) => {
    const found = await this.#workspace.freeWeight(id, epoch, place, signal);
    if (found.none !== null) return noForecast(found.none);
    const { state, stepsPerEpoch } = found;
    if (stepsPerEpoch === null) return noForecast('unplanned');
    const { specification } = await this.#workspace.getRun(id);
    const asked = { specification, stepsPerEpoch, state, epoch };
    return this.#background.call('forecastWeight', [asked], { signal });
  };
  predictions: WorkstationServices['predictions'] = (id, epoch, moment) =>
    this.#workspace.predictionFrame(id, epoch, moment);
  async testImages(
    id: string,
    images: readonly number[],
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { specification, summary } = await this.#workspace.getRun(id);
    return this.#background.call('testImages', [specification.dataset, summary.data, images], { signal });
  }
  masks: WorkstationServices['masks'] = (id, epoch, threshold) => this.#workspace.masks(id, epoch, threshold);

  async weights(
    id: string,
    epoch: number,
    format: WeightFormat = 'default',
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { network, checkpoints } = await this.#workspace.getRun(id);
    if (!network || !hasEpoch(checkpoints, epoch))
      throw new CascadeError(
        'NOT_FOUND',
        `The run ${id} has no weights of epoch ${epoch}; it has those of ${epochSpansText(checkpoints) || 'no epoch yet'}.`,
      );
    const { bytes } = await this.#workspace.checkpoint(id, epoch);
    return this.#background.call('checkpointToPyTorch', [network, bytes, format], {
      handOver: true,
    });
  }

  sql: WorkstationServices['sql'] = (asked, signal) => this.#workspace.sql(asked, signal);
  sqlSchema = sqlSchema;

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#socket?.close();
      await this.#runs.close();
    } finally {
      await this.#background.close();
      await this.#workspace.close();
    }
  }

  #enginePrepared(environment: RunEnvironment): void {
    this.#status.engine.version = environment.engine.replace(/^TensorFlow /, '');
    this.#status.engine.device = environment.device;
    this.#emitStatus();
  }

  #emitStatus(): void {
    this.#emit({ type: 'status', status: this.status() });
  }

  #emit(event: WorkstationEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Null where data cannot be read; any other error is thrown on. */
function nullOfBadData(error: unknown): null {
  if (error instanceof CascadeError && error.code === 'BAD_DATA_FILE') return null;
  throw error;
}

/** What can be told without loading TensorFlow: set-up names its folder by the version; a run tells the rest. */
function findEngine(): { version: string | null; library: string | null; problem: string | null } {
  try {
    const { folder } = locateLibrary();
    const version = /^\d+\.\d+\.\d+/.exec(basename(folder))?.[0] ?? null;
    return { version, library: folder, problem: null };
  } catch (error) {
    return { version: null, library: null, problem: messageOf(error) };
  }
}

/** Opens the workspace in the folder and everything over it. Rejects with the workspace's errors. */
export const openWorkstation: OpenWorkstation = async (options) => {
  const workspace = await openWorkspace(options.folder, {
    application: `cascade-lab ${findApplication().version}`,
    ...(options.startProcess && { startProcess: options.startProcess }),
  });
  try {
    const workstation = new Workstation(workspace, options);
    await workstation.serve();
    // Read while the window opens. One that cannot be read says so to whoever asks.
    if (options.way !== 'command line') workstation.runList().catch(() => undefined);
    return workstation;
  } catch (error) {
    await workspace.close();
    throw error;
  }
};
