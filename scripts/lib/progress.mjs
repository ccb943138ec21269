/**
 * @typedef {object} Reporter
 * @property {(title: string, text: string) => void} progress A line that replaces the one before it.
 * @property {(title: string, text: string) => void} done A line that stays.
 * @property {(sentence: string) => void} say A sentence that stays.
 */

/** Where lines cannot be replaced (a log file), progress is shown this often. */
const logEveryMs = 5000;
const column = 16;

/**
 * Shows what set-up does, on stderr: stdout belongs to the program that follows.
 * @param {NodeJS.WriteStream | { isTTY?: boolean, columns?: number, write(text: string): unknown }} stream
 * @returns {Reporter}
 */
export function createReporter(stream = process.stderr) {
  let shown = -Infinity;
  let open = false;
  const line = (/** @type {string} */ title, /** @type {string} */ text) =>
    `  ${title.padEnd(column)} ${text}`;
  const keep = (/** @type {string} */ text) => {
    stream.write(`${open ? '\r\x1b[2K' : ''}${text}\n`);
    open = false;
    shown = -Infinity;
  };
  return {
    progress(title, text) {
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K${line(title, text).slice(0, (stream.columns ?? 80) - 1)}`);
        open = true;
      } else if (performance.now() - shown >= logEveryMs) {
        stream.write(`${line(title, text)}\n`);
        shown = performance.now();
      }
    },
    done: (title, text) => keep(line(title, text)),
    say: keep,
  };
}

/**
 * @param {number} bytes
 * @returns {string} e.g. '274 MB', '1.2 GB'
 */
export function megabytes(bytes) {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * @param {number} started a reading of `performance.now()`
 * @returns {string} e.g. '3.2 s'
 */
export function secondsSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
