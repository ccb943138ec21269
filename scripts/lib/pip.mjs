import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn } from './files.mjs';
import { Problem } from './problem.mjs';
import { megabytes } from './progress.mjs';
import { capture, lastLine } from './run.mjs';

/** @typedef {{ command: string, args: string[] }} Pip */

const attempts = 3;
const pollMs = 500;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Pip | null>}
 */
export async function findPip(env) {
  /** @type {Pip[]} */
  const candidates = [
    { command: 'python3', args: ['-m', 'pip'] },
    { command: 'python', args: ['-m', 'pip'] },
    { command: 'pip3', args: [] },
    { command: 'pip', args: [] },
  ];
  for (const pip of candidates) {
    const asked = await capture(pip.command, [...pip.args, '--version'], { env, timeoutMs: 30_000 });
    if (asked.code === 0 && /^pip \d/.test(asked.stdout)) return pip;
  }
  return null;
}

/**
 * Has pip fetch wheels, each held to its SHA-256, into a folder. pip says nothing of its progress where no
 * terminal listens, so the files it writes are watched: its temporary ones are put below `into` as well.
 * @param {object} options
 * @param {Pip} options.pip
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./wheels.mjs').Variant} options.variant
 * @param {string} options.into an empty folder
 * @param {(text: string) => void} options.progress
 * @param {(pid: number) => void} options.started
 * @throws {Problem}
 */
export async function downloadWheels({ pip, env, variant, into, progress, started }) {
  const requirements = join(into, 'requirements.txt');
  const temporary = join(into, 'temporary');
  mkdirSync(temporary);
  writeFileSync(
    requirements,
    variant.wheels.map((wheel) => `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`).join(''),
  );
  const args = [
    ...pip.args,
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-cache-dir',
    '--require-hashes',
  ];
  args.push('--progress-bar', 'off', '--implementation', 'cp', '--python-version', '3.12');
  for (const platform of variant.platforms) args.push('--platform', platform);
  args.push('--dest', into, '--requirement', requirements);
  const known = variant.wheels.every((wheel) => wheel.size !== undefined);
  const total = known ? ` of ${megabytes(variant.download)}` : '';
  const watch = setInterval(() => progress(`downloading, ${megabytes(bytesIn(into))}${total}`), pollMs);
  try {
    for (let attempt = 1; ; attempt++) {
      const result = await capture(pip.command, args, {
        env: {
          ...env,
          TMPDIR: temporary,
          TEMP: temporary,
          PIP_NO_INPUT: '1',
          PIP_DISABLE_PIP_VERSION_CHECK: '1',
          // Some people forbid pip to install outside of an environment; nothing is installed here.
          PIP_REQUIRE_VIRTUALENV: '0',
        },
        started,
      });
      if (result.code === 0) return;
      const interrupted = /IncompleteRead|Connection (broken|reset|aborted)|timed out/i.test(result.output);
      if (!interrupted || attempt === attempts) throw failure(variant, result.output);
      progress(`the connection broke, attempt ${attempt + 1} of ${attempts}`);
    }
  } finally {
    clearInterval(watch);
  }
}

/**
 * @param {import('./wheels.mjs').Variant} variant
 * @param {string} output
 */
function failure(variant, output) {
  const reason = output.split('\n').find((line) => line.startsWith('ERROR:')) ?? lastLine(output);
  const wheel = variant.wheels[0];
  return new Problem(
    `pip could not fetch ${wheel?.name} ${wheel?.version} (${reason.replace(/^ERROR: /, '').trim()}): mend the connection and start again, or install TensorFlow ${variant.version} yourself and name its folder in CASCADE_LIBTENSORFLOW.`,
  );
}
