import { availableParallelism } from 'node:os';
import { freeDecay } from '../common/cascade/decay-clock.ts';
import { checkpointToPyTorch } from '../common/codec/pytorch-layout.ts';
import type {
  DecayClock,
  EpochSummary,
  RunDetail,
  RunSummary,
  StudyCheck,
  WorkstationEvent,
  WorkstationStatus,
} from '../common/contract/schemas.ts';
import { CascadeError, messageOf } from '../common/errors.ts';
import type { RunEnvironment } from '../common/records.ts';
import type { PlannedRun } from '../common/run-specification.ts';
import { canonicalSpecification, readStudy, studyJsonSchema } from '../common/study/index.ts';
import { serveOwner, type OwnerSocket } from './api/owner-socket.ts';
import type { OpenWorkstation, WorkstationOptions, WorkstationServices } from './api/services.ts';
import { runIdentity } from './runs/identity.ts';
import { RunManager } from './runs/run-manager.ts';
import { bundledStudies } from './studies/bundled.ts';
import { StudyError } from './studies/problems.ts';
import { checkSpecification, firstPruningEpoch } from './studies/rules.ts';
import { catalogue } from './trainer/catalogue.ts';
import { planRun } from './trainer/plan.ts';
import { locateLibrary } from './trainer/tensorflow/library.ts';
import { findApplication } from './ways/application.ts';
import { openWorkspace, type Workspace } from './workspace/workspace.ts';

interface IdentifiedRun extends PlannedRun {
  id: string;
  hash: string;
  controlId: string | null;
}

/** The composition root: opens a workspace, starts the services over it, and ends them in order. */
class Workstation implements WorkstationServices {
  readonly #workspace: Workspace;
  readonly #runs: RunManager;
  readonly #listeners = new Set<(event: WorkstationEvent) => void>();
  readonly #status: WorkstationStatus;
  #socket: OwnerSocket | null = null;
  #closing: Promise<void> | null = null;

  constructor(workspace: Workspace, options: WorkstationOptions) {
    const { version } = findApplication();
    const concurrency = options.concurrency ?? 1;
    const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / concurrency));
    this.#workspace = workspace;
    this.#status = {
      version,
      workspace: workspace.folder,
      way: options.way,
      engine: { name: 'TensorFlow', version: null, device: null, threads, ...findEngine() },
      concurrency,
      problems: [],
    };
    this.#runs = new RunManager({
      workspace,
      application: `cascade-lab ${version}`,
      concurrency,
      threads,
      emit: (event) => this.#emit(event),
      onPrepared: (environment) => this.#enginePrepared(environment),
    });
  }

  /** Answers the command line of other processes from now on. */
  async serve(): Promise<void> {
    this.#socket = await serveOwner(this, this.#workspace.folder);
    await this.#workspace.publishAddress(this.#socket.address);
  }

  status(): WorkstationStatus {
    return { ...this.#status, concurrency: this.#runs.concurrency };
  }

  setConcurrency(concurrency: number): void {
    this.#runs.setConcurrency(concurrency);
    this.#emit({ type: 'status', status: this.status() });
  }

  subscribe(listener: (event: WorkstationEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  bundledStudies = bundledStudies;

  async checkStudy(text: string): Promise<StudyCheck> {
    const { study, runs, problems } = this.#read(text);
    if (!study || problems.length > 0) return { problems, preview: null };
    const known = new Map((await this.listRuns()).map((run) => [run.id, run.state]));
    return {
      problems,
      preview: {
        name: study.study,
        title: study.title ?? study.study,
        runs: runs.map(({ id, arms, seed, specification, controlId }) => ({
          id,
          arms,
          seed,
          epochs: planRun(specification).epochs,
          control: controlId,
          state: known.get(id) ?? null,
        })),
      },
    };
  }

  async startStudy(text: string, fileName: string): Promise<{ study: string; runs: string[] }> {
    const { study, runs, problems } = this.#read(text);
    if (!study || problems.length > 0) throw new StudyError(fileName, problems);
    await this.#workspace.addStudy({ name: study.study, title: study.title ?? study.study, fileName, text });
    for (const run of runs) {
      const prunes = run.specification.pruning !== null;
      const arms = run.arms.length > 0 ? run.arms : [this.#controlName(run.id, runs)];
      for (const arm of arms)
        await this.#workspace.addRun({
          id: run.id,
          hash: run.hash,
          seed: run.seed,
          specification: run.specification,
          control: run.controlId,
          epochsTotal: planRun(run.specification).epochs,
          prunes,
          study: study.study,
          arm,
        });
    }
    const finished = new Set(
      (await this.#workspace.listRuns()).filter(({ state }) => state === 'finished').map(({ id }) => id),
    );
    for (const { id } of runs) if (!finished.has(id)) await this.#runs.enqueue(id);
    return { study: study.study, runs: runs.map(({ id }) => id) };
  }

  studySchema(): Record<string, unknown> {
    return studyJsonSchema(catalogue);
  }

  async listRuns(): Promise<RunSummary[]> {
    return (await this.#workspace.listRuns()).map((run) => this.#withProgress(run));
  }

  async getRun(id: string): Promise<RunDetail> {
    const detail = await this.#workspace.getRun(id);
    return {
      ...detail,
      summary: this.#withProgress(detail.summary),
      pruningEpochs: planRun(detail.specification).pruning.map(({ epoch }) => epoch),
    };
  }

  epochs(id: string): Promise<EpochSummary[]> {
    return this.#workspace.epochs(id);
  }

  excess: WorkstationServices['excess'] = (id) => this.#workspace.excess(id);

  async decayClock(id: string): Promise<DecayClock> {
    const [{ specification, network }, epochs] = await Promise.all([
      this.#workspace.getRun(id),
      this.#workspace.epochs(id),
    ]);
    const from = specification.referenceEpoch;
    const start = epochs.find(({ epoch }) => epoch === from);
    const steps = epochs.find(({ steps }) => steps > 0)?.steps;
    if (!start || steps === undefined || !network) return { from, factors: [] };
    const weights = network.layers.reduce((sum, layer) => sum + layer.weights, 0);
    const norm = Math.hypot(...start.layers.map((layer) => layer.norm));
    const factors = freeDecay({
      optimizer: specification.optimizer,
      rates: planRun(specification).rates.slice(from),
      stepsPerEpoch: steps,
      magnitude: norm / Math.sqrt(Math.max(weights * (1 - start.pruned), 1)),
    });
    return {
      from,
      factors: [1, ...factors].map((factor, index) => ({ epoch: from + index, factor })),
    };
  }

  pause(id: string): Promise<void> {
    return this.#runs.pause(id);
  }
  resume(id: string): Promise<void> {
    return this.#runs.resume(id);
  }
  stop(id: string): Promise<void> {
    return this.#runs.stop(id);
  }

  async remove(id: string): Promise<void> {
    this.#runs.assertIdle(id);
    await this.#workspace.removeRun(id);
    this.#emit({ type: 'removed', id });
  }

  channels: WorkstationServices['channels'] = (id, from, to) => this.#workspace.channelFrame(id, from, to);
  planes: WorkstationServices['planes'] = (id, epoch, layer) => this.#workspace.planeFrame(id, epoch, layer);
  masks: WorkstationServices['masks'] = (id, epoch, threshold) => this.#workspace.masks(id, epoch, threshold);

  async weights(id: string, epoch: number): Promise<Uint8Array<ArrayBuffer>> {
    const { network, checkpoints } = await this.#workspace.getRun(id);
    if (!network || !checkpoints.includes(epoch))
      throw new CascadeError(
        'NOT_FOUND',
        `The run ${id} has no weights of epoch ${epoch}; it has those of ${checkpoints.join(', ') || 'no epoch yet'}.`,
      );
    return checkpointToPyTorch(network, (await this.#workspace.checkpoint(id, epoch)).bytes);
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#socket?.close();
      await this.#runs.close();
      await this.#workspace.close();
    })();
    return this.#closing;
  }

  #read(text: string): {
    study: ReturnType<typeof readStudy>['study'];
    runs: IdentifiedRun[];
    problems: ReturnType<typeof readStudy>['problems'];
  } {
    const { study, runs, problems } = readStudy(text, catalogue, {
      firstPruningEpoch,
      check: checkSpecification,
    });
    const identities = runs.map(({ specification, seed }) =>
      runIdentity(canonicalSpecification(specification, catalogue), seed),
    );
    return {
      study,
      problems,
      runs: runs.map((run, index) => ({
        ...run,
        ...identities[index]!,
        controlId: run.control === null ? null : identities[run.control]!.id,
      })),
    };
  }

  /** A control that no arm named is called after the arms that it controls. */
  #controlName(id: string, runs: readonly IdentifiedRun[]): string {
    const controlled = runs.filter(({ controlId }) => controlId === id).flatMap(({ arms }) => arms);
    return `control of ${[...new Set(controlled)].join(', ')}`;
  }

  #withProgress(run: RunSummary): RunSummary {
    return { ...run, progress: this.#runs.progressOf(run.id) };
  }

  #enginePrepared(environment: RunEnvironment): void {
    this.#status.engine.version = environment.engine.replace(/^TensorFlow /, '');
    this.#status.engine.device = environment.device;
    this.#emit({ type: 'status', status: this.status() });
  }

  #emit(event: WorkstationEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function findEngine(): { library: string | null; problem: string | null } {
  try {
    return { library: locateLibrary().folder, problem: null };
  } catch (error) {
    return { library: null, problem: messageOf(error) };
  }
}

/** Opens the workspace in the folder and everything over it. Rejects with the workspace's errors. */
export const openWorkstation: OpenWorkstation = async (options) => {
  const workspace = await openWorkspace(options.folder, {
    application: `cascade-lab ${findApplication().version}`,
  });
  try {
    const workstation = new Workstation(workspace, options);
    await workstation.serve();
    return workstation;
  } catch (error) {
    await workspace.close();
    throw error;
  }
};
