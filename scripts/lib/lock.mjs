import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 200;
/** A lock file is empty for an instant, between its creation and its first writing; one that stays so was left. */
const emptyForMs = 2000;

/**
 * A process by its number and the moment it began, since numbers are used again. Null: it does not run.
 * @param {number} pid
 * @returns {string | null}
 */
export function processIdentity(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : `${pid}@${fields[19]}`;
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    return String(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? String(pid) : null;
  }
}

/** @param {string} text */
function holders(text) {
  return text
    .split('\n')
    .filter((line) => line !== '' && processIdentity(Number.parseInt(line, 10)) === line);
}

/**
 * Does some work while no other process does it. The lock is a file that names the processes at work: us, and
 * those children that would go on if we were killed (an orphaned `npm ci` still writes). It is free when
 * none of them runs any more.
 * @template T
 * @param {string} file
 * @param {(addChild: (pid: number) => void) => Promise<T>} work
 * @param {(pid: string) => void} [waiting] called once, with the number of the process waited for
 * @returns {Promise<T>}
 */
export async function withLock(file, work, waiting) {
  mkdirSync(dirname(file), { recursive: true });
  const names = [processIdentity(process.pid) ?? String(process.pid)];
  let told = false;
  /** @type {number | null} when the file was first seen empty, by a clock that nobody sets */
  let emptySince = null;
  for (;;) {
    try {
      writeFileSync(file, `${names[0]}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const seen = read(file);
    const held = seen === null ? [] : holders(seen);
    emptySince = seen === '' ? (emptySince ?? performance.now()) : null;
    if (held.length > 0 || (emptySince !== null && performance.now() - emptySince < emptyForMs)) {
      if (!told && held.length > 0) waiting?.(Number.parseInt(held[0] ?? '', 10).toString());
      told ||= held.length > 0;
      await wait(pollMs);
    } else if (seen !== null) {
      removeStale(file, seen);
    }
  }
  try {
    return await work((pid) => {
      const name = processIdentity(pid);
      if (name === null) return;
      names.push(name);
      writeFileSync(`${file}.${process.pid}`, `${names.join('\n')}\n`);
      renameSync(`${file}.${process.pid}`, file);
    });
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * Two that wait may both find the same dead lock; the later one must not take away the lock that the
 * earlier has made meanwhile.
 * @param {string} file
 * @param {string} seen
 */
function removeStale(file, seen) {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) === seen) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
