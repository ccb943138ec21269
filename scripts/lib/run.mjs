import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Enough of a child's output to say why it failed. */
const tailCharacters = 20_000;

const parentPollMs = 250;

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals[]} */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A child of ours does not outlive us when we are told to end. */
function endWithChildren(/** @type {NodeJS.Signals} */ signal) {
  for (const child of children) child.kill('SIGTERM');
  process.exit(128 + constants.signals[signal]);
}

/** @param {import('node:child_process').ChildProcess} child */
function track(child) {
  if (children.size === 0) for (const signal of endings) process.on(signal, endWithChildren);
  children.add(child);
  const forget = () => {
    if (children.delete(child) && children.size === 0) {
      for (const signal of endings) process.off(signal, endWithChildren);
    }
  };
  child.once('close', forget);
  child.once('error', forget);
}

/**
 * Runs a command to its end and keeps what it wrote.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeoutMs] after which it is killed (code 124)
 * @param {boolean} [options.shell]
 * @param {AbortSignal} [options.signal] ends it (code 124)
 * @param {(pid: number) => void} [options.started]
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is both streams together;
 *   code 127 where the command is not there
 */
export function capture(command, args, options = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      shell: options.shell ?? false,
      windowsHide: true,
    });
    track(child);
    let stdout = '';
    let output = '';
    let stopped = false;
    const stop = () => {
      stopped = true;
      child.kill('SIGKILL');
    };
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(stop, options.timeoutMs);
    options.signal?.addEventListener('abort', stop);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout = (stdout + text).slice(-tailCharacters);
      output = (output + text).slice(-tailCharacters);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-tailCharacters);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      settle({ code: 127, stdout, output: error.message });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      settle({ code: stopped ? 124 : exitCode(code, signal), stdout, output });
    });
    if (child.pid !== undefined) options.started?.(child.pid);
  });
}

/**
 * Runs a command in our place: our streams are its streams, signals go on to it, its exit code comes back.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {boolean} [options.shell]
 * @returns {Promise<number>} 128 + the signal's number where a signal ended it
 */
export function passThrough(command, args, options = {}) {
  return new Promise((settle, fail) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    /** @type {(signal: NodeJS.Signals) => void} */
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole group: sent on, it would arrive twice.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of endings) process.on(signal, forward);
    // npm ends the shell between us and it, and not us: an orphan would keep holding the workspace.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, parentPollMs);
    const settled = () => {
      clearInterval(watch);
      for (const signal of endings) process.off(signal, forward);
    };
    child.once('error', (error) => {
      settled();
      fail(error);
    });
    child.once('close', (code, signal) => {
      settled();
      settle(exitCode(code, signal));
    });
  });
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCode(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/**
 * The last line that says something: most tools put the reason there.
 * @param {string} output
 */
export function lastLine(output) {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}
