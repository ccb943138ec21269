import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Problem } from './problem.mjs';
import { secondsSince } from './progress.mjs';
import { capture, lastLine } from './run.mjs';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const startMs = 20_000;
const title = 'Chromium';

/**
 * A Chromium for the browser tests: CASCADE_CHROMIUM, one on the PATH, one of Playwright's, one in its usual
 * place. Each is started once, since some are mere notes that the real one lies elsewhere.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | null>}
 * @throws {Problem} where CASCADE_CHROMIUM does not run
 */
export async function findChromium(env) {
  if (env.CASCADE_CHROMIUM) {
    if (await runs(env.CASCADE_CHROMIUM, env)) return env.CASCADE_CHROMIUM;
    throw new Problem(
      `CASCADE_CHROMIUM is ${env.CASCADE_CHROMIUM}, which does not run: name a Chromium, or unset it.`,
    );
  }
  for (const path of candidates(env)) if (existsSync(path) && (await runs(path, env))) return path;
  return null;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
function candidates(env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  const home = env.HOME ?? homedir();
  if (process.platform === 'darwin') {
    found.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    found.push('/Applications/Chromium.app/Contents/MacOS/Chromium');
    found.push(...ofPlaywright(join(home, 'Library', 'Caches', 'ms-playwright')));
  } else if (process.platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
      (root) => root !== undefined,
    );
    found.push(...roots.map((root) => join(String(root), 'Google', 'Chrome', 'Application', 'chrome.exe')));
    found.push(...ofPlaywright(join(env.LOCALAPPDATA ?? home, 'ms-playwright')));
  } else {
    found.push(...ofPlaywright(join(env.XDG_CACHE_HOME || join(home, '.cache'), 'ms-playwright')));
  }
  return found;
}

/** @param {string} cache */
function ofPlaywright(cache) {
  if (!existsSync(cache)) return [];
  const inside = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-win/chrome.exe',
  ];
  const versions = readdirSync(cache).filter((name) => /^chromium-\d+$/.test(name));
  return versions.flatMap((version) => inside.map((path) => join(cache, version, path)));
}

/**
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 */
async function runs(path, env) {
  // Chrome for Windows opens a window instead of telling its version.
  if (process.platform === 'win32') return true;
  const { code, stdout } = await capture(path, ['--version'], { env, timeoutMs: startMs });
  return code === 0 && /chrom/i.test(stdout);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./progress.mjs').Reporter} report
 * @returns {Promise<string>}
 * @throws {Problem} that says how to get one
 */
export async function provideChromium(env, report) {
  const found = await findChromium(env);
  if (found !== null) return found;
  const reason = await installByApt(env, report);
  const installed = reason === null ? await findChromium(env) : null;
  if (installed !== null) return installed;
  throw new Problem(
    `There is no Chromium here${reason === null ? '' : ` (${reason})`}, so the browser tests are skipped: install it (on Debian: sudo apt-get install chromium) or name one in CASCADE_CHROMIUM.`,
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./progress.mjs').Reporter} report
 * @returns {Promise<string | null>} why it was not installed
 */
async function installByApt(env, report) {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0)
    return 'only root on Debian can be helped to one';
  const started = performance.now();
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  report.progress(title, 'apt-get update');
  // One unreachable package list of several is no reason to give up.
  await capture('apt-get', ['update'], quiet);
  const watch = setInterval(
    () => report.progress(title, `apt-get install chromium (${secondsSince(started)})`),
    1000,
  );
  const result = await capture('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet);
  clearInterval(watch);
  if (result.code !== 0) return `apt-get: ${lastLine(result.output)}`;
  report.done(title, `installed by apt-get (${secondsSince(started)})`);
  return null;
}
