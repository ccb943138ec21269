import type { Progress, RunState, RunSummary, WorkstationEvent } from '../../common/contract/schemas.ts';
import { CascadeError, messageOf } from '../../common/errors.ts';
import type { RunEvent } from '../../common/records.ts';
import { standingNow, type Standing } from '../workspace/standing.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Problems } from './problems.ts';

export interface RunJournalOptions {
  workspace: Workspace;
  problems: Problems;
  emit(event: WorkstationEvent): void;
  progressOf(id: string): Progress | null;
  /** What a run is at before its first step, where that takes a while. */
  preparingOf(id: string): string | null;
}

interface Unsaved {
  state: RunState;
  reason: string | null;
  events: RunEvent[];
}

/** Sources of problems: the next thing written ends the first, nothing ends the second. */
const SOURCE = 'journal';
const LOST = 'lost';

/** Whether the workspace, not the run, is what failed. */
export function isWorkspaceTrouble(error: unknown): error is CascadeError {
  return error instanceof CascadeError && error.code.startsWith('WORKSPACE');
}

/** Whether a thread of the workspace has died: nothing can be written until it is opened again. */
export function isWorkspaceLost(error: unknown): error is CascadeError {
  return error instanceof CascadeError && error.code === 'WORKSPACE_THREAD';
}

/**
 * Writes down how runs go, and tells the windows. What a full disk does not take is shown all the same, kept, and
 * written once there is room; a process that ends before that leaves the run to be marked as interrupted.
 */
export class RunJournal {
  readonly #options: RunJournalOptions;
  readonly #unsaved = new Map<string, Unsaved>();
  /** Everything of a run is written in the order in which it was asked for. */
  readonly #tails = new Map<string, Promise<void>>();
  #lost = false;

  constructor(options: RunJournalOptions) {
    this.#options = options;
  }

  /** Whether the workspace cannot be written any more until it is opened again. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Ids of the runs whose state is not written yet. */
  get unsaved(): string[] {
    return [...this.#unsaved.keys()];
  }

  /** Moves a run to another state and logs the event that did it. Rejects only with NOT_FOUND, for a run that is gone. */
  change(id: string, state: RunState, reason: string | null, event: RunEvent): Promise<void> {
    const unsaved = this.#unsaved.get(id) ?? { state, reason, events: [] };
    Object.assign(unsaved, { state, reason });
    unsaved.events.push(event);
    this.#unsaved.set(id, unsaved);
    return this.#inOrder(id, async () => {
      await this.#save(id, unsaved);
      this.told(id, event);
      await this.announce(id);
    });
  }

  /** Tells the windows of an event that is logged already. */
  told(id: string, event: RunEvent): void {
    this.#options.emit({ type: 'log', id, event: { ...event, time: Date.now() } });
  }

  /** Tells the windows how a run stands now. */
  async announce(id: string): Promise<void> {
    const summary = await this.ask((workspace) => workspace.summary(id));
    if (summary) this.#options.emit({ type: 'run', run: this.show(summary) });
  }

  /** Tells the windows of an epoch that was recorded. */
  async announceEpoch(id: string, number: number): Promise<void> {
    const epoch = await this.ask((workspace) => workspace.epoch(id, number));
    if (epoch) this.#options.emit({ type: 'epoch', id, epoch });
  }

  /** Tells the windows how the runs stand that an epoch of a control gave an excess; those that it is ahead of have none. */
  async announceCompared(control: string, epoch: number): Promise<void> {
    const compared = await this.ask((workspace) => workspace.comparedWith(control, epoch));
    for (const each of compared ?? []) await this.announce(each);
  }

  /** A stored run as it is now: with its progress, and with a state that the disk does not hold yet. */
  show(run: RunSummary): RunSummary {
    return standingNow(run, this.standingOf(run.id));
  }

  /** What is known of a run beside what is stored. */
  standingOf(id: string): Standing {
    const unsaved = this.#unsaved.get(id);
    const { progressOf, preparingOf } = this.#options;
    return {
      id,
      unsaved: unsaved ? { state: unsaved.state, reason: unsaved.reason } : null,
      preparing: preparingOf(id),
      progress: progressOf(id),
    };
  }

  /** Writes what was left over, now that there is room again. */
  async catchUp(): Promise<void> {
    for (const [id, unsaved] of this.#unsaved)
      await this.#inOrder(id, () => this.#save(id, unsaved)).catch(() => this.#unsaved.delete(id));
  }

  forget(id: string): void {
    this.#unsaved.delete(id);
  }

  /** Notes what went wrong, other than with a run itself, until the same source is `over` it. */
  trouble(source: string, error: unknown): void {
    if (isWorkspaceLost(error)) this.#lost = true;
    this.#options.problems.set(isWorkspaceLost(error) ? LOST : source, messageOf(error));
  }

  over(source: string): void {
    this.#options.problems.clear(source);
  }

  /** Asks the workspace something for the windows; null where it cannot tell, which is noted. */
  async ask<T>(question: (workspace: Workspace) => Promise<T>): Promise<T | null> {
    try {
      return await question(this.#options.workspace);
    } catch (error) {
      // A run can be removed while it is asked about.
      if (!(error instanceof CascadeError && error.code === 'NOT_FOUND')) this.trouble(SOURCE, error);
      return null;
    }
  }

  /** Writes a state and its events, each once, unless something newer of the run did so already. */
  async #save(id: string, unsaved: Unsaved): Promise<void> {
    if (this.#unsaved.get(id) !== unsaved) return;
    const { workspace } = this.#options;
    const { state, reason } = unsaved;
    try {
      await workspace.setState(id, state, reason);
      for (let event = unsaved.events[0]; event; event = unsaved.events[0]) {
        await workspace.addEvent(id, event);
        unsaved.events.shift();
      }
      this.over(SOURCE);
      if (unsaved.state === state && unsaved.reason === reason) this.#unsaved.delete(id);
    } catch (error) {
      if (!isWorkspaceTrouble(error)) {
        this.#unsaved.delete(id);
        throw error;
      }
      this.trouble(SOURCE, error);
    }
  }

  #inOrder(id: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#tails.get(id) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    this.#tails.set(id, settled);
    void settled.then(() => {
      if (this.#tails.get(id) === settled) this.#tails.delete(id);
    });
    return done;
  }
}
