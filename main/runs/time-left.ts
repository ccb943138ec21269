/** Estimates how long a run still takes, from the epochs it has done and the steps of the current one. */
export class TimeLeft {
  readonly #epochsTotal: number;
  #epochSeconds: number | null = null;
  #epochStarted = performance.now();
  #pausedAt: number | null = null;

  constructor(epochsTotal: number) {
    this.#epochsTotal = epochsTotal;
  }

  /** An epoch is done, evaluation and measuring included. */
  epochDone(): void {
    this.#epochSeconds = (performance.now() - this.#epochStarted) / 1000;
    this.#epochStarted = performance.now();
  }

  pause(): void {
    this.#pausedAt ??= performance.now();
  }
  resume(): void {
    if (this.#pausedAt !== null) this.#epochStarted += performance.now() - this.#pausedAt;
    this.#pausedAt = null;
  }

  /** Seconds to the end; null while nothing is known. */
  seconds(epoch: number, step: number, steps: number): number | null {
    const elapsed = (performance.now() - this.#epochStarted) / 1000;
    const perEpoch = this.#epochSeconds ?? (step > 0 ? (elapsed * steps) / step : null);
    if (perEpoch === null) return null;
    return Math.max(perEpoch * (1 - step / steps), 0) + perEpoch * (this.#epochsTotal - epoch);
  }
}
