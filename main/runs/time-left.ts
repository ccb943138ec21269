/** Estimates how long a run still takes, from its last epoch and the steps of the current one. */
export class TimeLeft {
  readonly #epochsTotal: number;
  #epochSeconds: number | null = null;
  #epochStarted: number;
  #pausedAt: number | null = null;

  constructor(epochsTotal: number, now = performance.now()) {
    this.#epochsTotal = epochsTotal;
    this.#epochStarted = now;
  }

  /** An epoch is done, evaluation and measuring included. What goes before the first one trained says nothing of it. */
  epochDone(trained: boolean, now = performance.now()): void {
    if (trained) this.#epochSeconds = (now - this.#epochStarted) / 1000;
    this.#epochStarted = now;
  }

  pause(now = performance.now()): void {
    this.#pausedAt ??= now;
  }

  resume(now = performance.now()): void {
    if (this.#pausedAt !== null) this.#epochStarted += now - this.#pausedAt;
    this.#pausedAt = null;
  }

  /** Seconds to the end, from within epoch `epoch`; null while nothing is known. */
  seconds(epoch: number, step: number, steps: number, now = performance.now()): number | null {
    const elapsed = (now - this.#epochStarted) / 1000;
    const perEpoch = this.#epochSeconds ?? (step > 0 ? (elapsed * steps) / step : null);
    if (perEpoch === null) return null;
    return perEpoch * (Math.max(1 - step / steps, 0) + this.#epochsTotal - epoch);
  }
}
