/** Epochs whose middle one is taken. */
const LATEST = 5;
/** Within an epoch nothing is said before so much of it was seen at its pace. */
const LEAST_SECONDS = 1;
const LEAST_STEPS = 5;

/**
 * Estimates how long a run still takes. What happens once says nothing of an epoch: loading the engine and tracing, which the
 * first step waits for, and what the first epoch's evaluation compiles. Before an epoch was seen at its pace, runs of the
 * same network tell, where there are any; else nothing is said.
 */
export class TimeLeft {
  readonly #epochsTotal: number;
  /** Seconds of an epoch of other runs. */
  #expected: number | null = null;
  /** Seconds of the epochs that were seen whole, the first apart. */
  #first: number | null = null;
  readonly #seen: number[] = [];
  #epochStarted: number;
  /** Where the pace of the first epoch is taken from: its first step is done. */
  #pace: { step: number; at: number } | null = null;
  /** The share of the first epoch's steps that its time was taken of. */
  #share = 0;
  #pausedAt: number | null = null;

  constructor(epochsTotal: number, now = performance.now()) {
    this.#epochsTotal = epochsTotal;
    this.#epochStarted = now;
  }

  /** Seconds of an epoch of this network, data and batch, as other runs measured it. */
  expect(secondsPerEpoch: number): void {
    this.#expected = secondsPerEpoch;
  }

  /** An epoch is done, evaluation and measuring included. What goes before the first one trained says nothing of it. */
  epochDone(trained: boolean, now = performance.now()): void {
    if (trained && this.#first === null && this.#seen.length === 0) {
      // An epoch of one step was never seen at its pace.
      if (this.#pace !== null && this.#share > 0) this.#first = (now - this.#pace.at) / 1000 / this.#share;
      else this.#first = Infinity;
    } else if (trained) {
      this.#seen.push((now - this.#epochStarted) / 1000);
      if (this.#seen.length > LATEST) this.#seen.shift();
    }
    this.#epochStarted = now;
    this.#pace = null;
  }

  pause(now = performance.now()): void {
    this.#pausedAt ??= now;
  }

  resume(now = performance.now()): void {
    if (this.#pausedAt !== null) {
      this.#epochStarted += now - this.#pausedAt;
      if (this.#pace) this.#pace.at += now - this.#pausedAt;
    }
    this.#pausedAt = null;
  }

  /** Seconds to the end, from within epoch `epoch`; null while nothing is known. */
  seconds(epoch: number, step: number, steps: number, now = performance.now()): number | null {
    if (step > 0) this.#pace ??= { step, at: now };
    if (this.#pace) this.#share = (steps - this.#pace.step) / steps;
    const perEpoch = this.#measured() ?? this.#expected ?? this.#paced(step, steps, now);
    if (perEpoch === null) return null;
    return perEpoch * (Math.max(1 - step / steps, 0) + this.#epochsTotal - epoch);
  }

  #measured(): number | null {
    if (this.#seen.length > 0)
      return this.#seen.toSorted((a, b) => a - b)[Math.floor((this.#seen.length - 1) / 2)]!;
    return this.#first !== null && Number.isFinite(this.#first) ? this.#first : null;
  }

  #paced(step: number, steps: number, now: number): number | null {
    if (this.#pace === null) return null;
    const [seconds, done] = [(now - this.#pace.at) / 1000, step - this.#pace.step];
    return seconds >= LEAST_SECONDS && done >= LEAST_STEPS ? (seconds * steps) / done : null;
  }
}
