/** The signals that ask a process to end; SIGHUP is a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Calls `close` at the first signal; the second ends the process at once. Answers with the function that takes
 * the listeners off again.
 */
export function onSignal(
  close: (signal: NodeJS.Signals) => void,
  exit: (code: number) => void = (code) => process.exit(code),
): () => void {
  let asked = false;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (asked) exit(EXIT_CODES[signal]);
      else {
        asked = true;
        close(signal);
      }
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}
