import type { RunSummary, WorkstationEvent } from '../../common/contract/schemas.ts';
import { armOf } from './list.ts';
import type { Output } from './output.ts';
import { decimal, percent, seconds } from './table.ts';

/** Shows how runs go: on a terminal one line a run, written over; in a pipe a line for each epoch and change of state. */
export class ProgressDisplay {
  readonly #output: Output;
  readonly #label: string;
  readonly #runs = new Map<string, RunSummary>();
  #drawn = 0;

  constructor(output: Output, label: string) {
    this.#output = output;
    this.#label = label;
  }

  handle(event: WorkstationEvent): void {
    this.#output.record(event);
    if (this.#output.json) return;
    const terminal = this.#output.stdout.isTTY === true;
    switch (event.type) {
      case 'run': {
        const before = this.#runs.get(event.run.id);
        this.#runs.set(event.run.id, event.run);
        if (!terminal && (before === undefined || tellsOtherwise(before, event.run)))
          this.#output.say(this.#stateLine(event.run));
        break;
      }
      case 'progress': {
        const run = this.#runs.get(event.id);
        if (run !== undefined) this.#runs.set(event.id, { ...run, progress: event.progress });
        break;
      }
      case 'epoch': {
        const run = this.#runs.get(event.id);
        if (terminal || run === undefined) break;
        const { epoch, trainLoss, testAccuracy, pruned, shed } = event.epoch;
        const parts = [
          `epoch ${epoch}/${run.epochsTotal}`,
          `loss ${decimal(trainLoss)}`,
          `test ${percent(testAccuracy, 2)}`,
          `pruned ${percent(pruned)} of all`,
          `shed ${percent(shed[this.#label])} of kept`,
        ];
        this.#output.say(`${run.id}  ${armOf(run)}  ${parts.join('  ')}`);
        break;
      }
      case 'removed':
        this.#runs.delete(event.id);
        break;
      case 'log':
      case 'status':
      case 'kept studies':
      case 'documents':
        break;
    }
    if (terminal) this.#draw();
  }

  #stateLine(run: RunSummary): string {
    return `${run.id}  ${armOf(run)}  ${run.state}${run.reason === null ? '' : `: ${run.reason}`}`;
  }

  #draw(): void {
    const width = this.#output.stdout.columns ?? 80;
    const lines = [...this.#runs.values()].map((run) => {
      const done = `${run.epochsDone}/${run.epochsTotal}`;
      const secondsLeft = run.progress?.secondsLeft ?? null;
      const left = run.state === 'running' && secondsLeft !== null ? `${seconds(secondsLeft)} left` : '';
      const loss = run.progress === null ? '' : `loss ${decimal(run.progress.trainLoss)}`;
      const test = `test ${percent(run.testAccuracy, 2)}`;
      return `${this.#stateLine(run)}  epoch ${done}  ${loss}  ${test}  ${left}`.slice(0, width - 1);
    });
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    // Back to the first line, then each line anew with what stood there erased.
    this.#output.stdout.write(up + lines.map((line) => `\u001b[2K${line}\n`).join('') + '\u001b[J');
    this.#drawn = lines.length;
  }
}

/** Whether a run is in another state, or has another reason to give: one that only counts on is the same. */
function tellsOtherwise(before: RunSummary, now: RunSummary): boolean {
  const withoutCounts = (reason: string | null): string | undefined => reason?.replace(/\d+/g, '');
  if (before.state !== now.state) return true;
  return now.reason !== null && withoutCounts(before.reason) !== withoutCounts(now.reason);
}
