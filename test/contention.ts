/** Milliseconds of processor time that a look takes. */
const LOOK = 100;

/**
 * How many times longer than alone work takes now, for the other work on the machine: 1 on a quiet one. A limit on time that
 * people feel is held against the time on the wall divided by this.
 */
export function contention(): number {
  const began = performance.now();
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    const own = (user + system) / 1000;
    if (own >= LOOK) return Math.max(1, (performance.now() - began) / own);
  }
}
