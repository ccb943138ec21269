const TICK = 5;

/**
 * Measures for how long the main thread does not answer, by a timer that comes every few milliseconds: the processor
 * time that the thread itself used from one tick to the next. The time on the wall would tell of the machine instead,
 * whose processors the training threads and others' work take.
 */
export class StallMeter {
  /** Milliseconds of the longest turn since `reset`, and of every turn that was longer than 25. */
  worst = 0;
  long: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let last = process.threadCpuUsage();
    this.#timer = setInterval(() => {
      const { user, system } = process.threadCpuUsage(last);
      last = process.threadCpuUsage();
      const milliseconds = (user + system) / 1000;
      this.worst = Math.max(this.worst, milliseconds);
      if (milliseconds > 25) this.long.push(Math.round(milliseconds));
    }, TICK);
  }

  reset(): void {
    this.worst = 0;
    this.long = [];
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
