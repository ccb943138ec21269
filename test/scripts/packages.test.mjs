import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installPackages, packagesAreThere } from '../../scripts/lib/packages.mjs';
import { listeningReporter, temporaryFolder, write, writeCommand } from './helpers.mjs';

const lock = {
  packages: {
    '': { name: 'made-up' },
    'node_modules/one': { version: '1.0.0' },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['beos'] },
  },
};
const installs = `mkdir -p node_modules/one && echo '{}' > node_modules/one/package.json &&
  cp package-lock.json node_modules/.package-lock.json`;

/** A checkout with a made-up npm. */
function scene() {
  const root = temporaryFolder();
  const bin = join(root, 'bin');
  write(root, { 'package-lock.json': JSON.stringify(lock), calls: '' });
  const npm = (/** @type {string} */ script) =>
    writeCommand(join(bin, 'npm'), `echo "$*" >> '${join(root, 'calls')}'\nrm -rf node_modules\n${script}`);
  npm(installs);
  const report = listeningReporter();
  const install = () =>
    installPackages({ root, env: { PATH: `${bin}:/usr/bin:/bin` }, report, addChild: () => undefined });
  const calls = () => readFileSync(join(root, 'calls'), 'utf8').split('\n').filter(Boolean);
  return { root, npm, install, calls, report };
}

test('packages are installed when missing, and again when package-lock.json changes', async () => {
  const { root, install, calls, report } = scene();
  expect(packagesAreThere(root)).toBe(false);
  await install();
  expect(packagesAreThere(root)).toBe(true);
  expect(calls()).toEqual([expect.stringMatching(/^ci .*--include=dev --include=optional/)]);
  expect(report.lines.at(-1)).toMatch(/^1 installed/);
  const changed = { packages: { ...lock.packages, 'node_modules/one': { version: '1.0.1' } } };
  write(root, { 'package-lock.json': JSON.stringify(changed) });
  expect(packagesAreThere(root)).toBe(false);
  await install();
  expect(calls()).toHaveLength(2);
});

test('what somebody has installed with npm already is taken, but only whole', async () => {
  const { root, install, calls } = scene();
  write(root, {
    'node_modules/one/package.json': '{}',
    'node_modules/.package-lock.json': JSON.stringify(lock),
  });
  await install();
  expect(calls()).toHaveLength(0);
  expect(packagesAreThere(root)).toBe(true);
  rmSync(join(root, 'node_modules', '.cascade-setup.json'));
  rmSync(join(root, 'node_modules', 'one'), { recursive: true });
  await install();
  expect(calls()).toHaveLength(1);
});

test('an npm that did not come to its end leaves nothing that looks whole', async () => {
  const { root, install, npm } = scene();
  await install();
  rmSync(join(root, 'node_modules', 'one'), { recursive: true });
  rmSync(join(root, 'node_modules', '.cascade-setup.json'));
  // Killed at its very start, before it has taken anything away.
  writeCommand(join(root, 'bin', 'npm'), 'kill -9 $$');
  await expect(install()).rejects.toThrow(/npm could not install the packages/);
  expect(packagesAreThere(root)).toBe(false);
  expect(existsSync(join(root, 'node_modules', '.package-lock.json'))).toBe(false);
  npm(installs);
  await install();
  expect(packagesAreThere(root)).toBe(true);
});

test('packages replaced half-way are not those of the former package-lock.json any more', async () => {
  const { root, install } = scene();
  await install();
  const changed = { packages: { ...lock.packages, 'node_modules/one': { version: '1.0.1' } } };
  write(root, { 'package-lock.json': JSON.stringify(changed) });
  writeCommand(join(root, 'bin', 'npm'), 'rm -r node_modules/one; kill -9 $$');
  await expect(install()).rejects.toThrow(/npm could not install/);
  write(root, { 'package-lock.json': JSON.stringify(lock) });
  expect(packagesAreThere(root)).toBe(false);
});

test("npm's reason is told", async () => {
  const { npm, install } = scene();
  npm(`echo 'npm error code ENOTFOUND' >&2; echo 'npm error request failed: no such host' >&2; exit 1`);
  await expect(install()).rejects.toThrow(/\(request failed: no such host\)/);
});

test('npx finds the command', async () => {
  const { root, install } = scene();
  await install();
  expect(readlinkSync(join(root, 'node_modules', '.bin', 'cascade'))).toBe(
    join('..', '..', 'scripts', 'cascade.mjs'),
  );
});
