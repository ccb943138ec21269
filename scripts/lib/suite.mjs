import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { checkout } from './paths.mjs';
import { describe } from './problem.mjs';
import { secondsSince } from './progress.mjs';
import { capture, passThrough } from './run.mjs';
import { summary, tally } from './tally.mjs';

/** What `npm test` and `npm run test:quick` share: they run checks and tests, count them, and say so in their last line. */
export class Suite {
  /** @type {import('./tally.mjs').Tally} */
  counts = { passed: 0, failed: 0, skipped: 0 };

  /**
   * Calls the body, then says the counts; whatever it throws is a failure.
   * @param {() => Promise<void>} body
   */
  async run(body) {
    try {
      await body();
    } catch (error) {
      this.counts.failed++;
      this.say(describe(error));
    }
    if (this.counts.failed > 0) process.exitCode = 1;
    this.say(summary(this.counts));
  }

  /**
   * Two run at a time, so the longest are best named first.
   * @param {readonly (readonly [name: string, command: string])[]} checks
   * @param {NodeJS.ProcessEnv} env
   */
  async checks(checks, env) {
    const waiting = checks.values();
    const lane = async () => {
      for (const [name, command] of waiting) await this.check(name, command, env);
    };
    await Promise.all([lane(), lane()]);
  }

  /**
   * @param {string} name
   * @param {string} command of a shell
   * @param {NodeJS.ProcessEnv} env
   */
  async check(name, command, env) {
    const started = performance.now();
    const { code, output } = await capture(command, [], { cwd: checkout, env, shell: true });
    if (code === 0) this.counts.passed++;
    else this.counts.failed++;
    this.say(`${name}: ${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(started)})`);
    if (code !== 0) this.say(output.trim());
  }

  /**
   * @param {string} node
   * @param {string[]} args for Vitest
   * @param {NodeJS.ProcessEnv} env
   */
  async vitest(node, args, env) {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-test-'));
    const file = join(folder, 'report.json');
    const started = performance.now();
    try {
      const vitest = [join(checkout, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args];
      vitest.push('--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
      const code = await passThrough(node, vitest, { cwd: checkout, env });
      const result = tally(readReport(file), code);
      this.say(`tests: ${summary(result)} (${secondsSince(started)})`);
      if (result.passed + result.failed === 0) {
        this.say('No test was run.');
        process.exitCode = 1;
      }
      this.counts.passed += result.passed;
      this.counts.failed += result.failed;
      this.counts.skipped += result.skipped;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** @param {string} line */
  say(line) {
    process.stdout.write(`${line}\n`);
  }
}

/**
 * The environment of checks and tests: the application's Node and the packages' commands come first.
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function suiteEnvironment(node) {
  return {
    ...process.env,
    // The engine's modules are many, and every run's thread reads them: translated once, they are kept for all processes and threads.
    NODE_COMPILE_CACHE:
      process.env.NODE_COMPILE_CACHE ?? join(checkout, 'node_modules', '.cache', 'compiled'),
    PATH: [dirname(node), join(checkout, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
}

/**
 * @param {string} file
 * @returns {import('./tally.mjs').VitestReport | null}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
