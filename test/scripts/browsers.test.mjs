import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findChromium, provideChromium } from '../../scripts/lib/chromium.mjs';
import { electronBinary, fetchElectron, withoutWindow } from '../../scripts/lib/electron.mjs';
import { listeningReporter, temporaryFolder, write, writeCommand } from './helpers.mjs';

describe('Chromium', () => {
  test('one that only pretends to be there is passed over', async () => {
    const home = temporaryFolder();
    const [stub, real] = [join(home, 'stub'), join(home, 'real')];
    writeCommand(join(stub, 'chromium'), 'echo "install it with snap"; exit 1');
    writeCommand(join(real, 'chromium'), 'echo "Chromium 150.0"');
    expect(await findChromium({ PATH: `${stub}:${real}`, HOME: home })).toBe(join(real, 'chromium'));
  });

  test("Playwright's is found", async () => {
    const home = temporaryFolder();
    const path = join(home, 'ms-playwright', 'chromium-1234', 'chrome-linux', 'chrome');
    writeCommand(path, 'echo "Chromium 150.0"');
    const env = { PATH: '', HOME: home, XDG_CACHE_HOME: home };
    expect(await findChromium(env)).toBe(process.platform === 'linux' ? path : expect.anything());
  });

  test('CASCADE_CHROMIUM goes first, and is refused where it does not run', async () => {
    const home = temporaryFolder();
    writeCommand(join(home, 'mine'), 'echo "Google Chrome 150"');
    expect(await findChromium({ CASCADE_CHROMIUM: join(home, 'mine') })).toBe(join(home, 'mine'));
    await expect(findChromium({ CASCADE_CHROMIUM: '/nowhere' })).rejects.toThrow(/which does not run/);
  });
});

describe('where there is no Chromium', () => {
  const helped = existsSync('/etc/debian_version') && process.getuid?.() === 0;

  /** @param {string} script of a made-up apt-get */
  function scene(script) {
    const home = temporaryFolder();
    const bin = join(home, 'bin');
    mkdirSync(bin);
    writeCommand(join(home, 'new'), 'echo "Chromium 150.0"');
    writeCommand(join(home, 'apt', 'apt-get'), script.replaceAll('HOME', home));
    const env = { PATH: `${bin}:${join(home, 'apt')}`, HOME: home };
    return { bin, provide: () => provideChromium(env, listeningReporter()) };
  }

  test.runIf(helped)('root on Debian gets it from apt-get', async () => {
    const { bin, provide } = scene('[ "$1" = update ] || /bin/cp HOME/new HOME/bin/chromium');
    expect(await provide()).toBe(join(bin, 'chromium'));
  });

  test.runIf(process.platform === 'linux')(
    'one sentence says why the browser tests are skipped',
    async () => {
      const { provide } = scene('echo "E: Unable to locate package chromium"; exit 100');
      await expect(provide()).rejects.toThrow(
        /^There is no Chromium here \(.+\), so the browser tests are skipped: /,
      );
    },
  );
});

describe('Electron', () => {
  test('is not attempted where no window can open', () => {
    const user = { platform: 'linux', root: false };
    expect(withoutWindow({}, user)).toMatch(/no display/);
    expect(withoutWindow({ DISPLAY: ':0' }, { ...user, root: true })).toMatch(/root/);
    expect(withoutWindow({ WAYLAND_DISPLAY: 'wayland-0' }, user)).toBeNull();
    expect(withoutWindow({}, { platform: 'darwin', root: false })).toBeNull();
  });

  /** @param {string} installer */
  function scene(installer) {
    const root = temporaryFolder();
    write(root, { 'node_modules/electron/install.js': installer });
    const cache = join(root, 'cache');
    const fetch = () =>
      fetchElectron({ root, cache, node: process.execPath, env: process.env, report: listeningReporter() });
    return { root, fetch };
  }

  test('that could not be fetched is not tried again the same day', async () => {
    const { root, fetch } = scene(`require('fs').appendFileSync('tried', 'x'); process.exit(1);`);
    expect(await fetch()).toMatch(/could not be fetched/);
    expect(await fetch()).toMatch(/could not be fetched today/);
    expect(readFileSync(join(root, 'tried'), 'utf8')).toBe('x');
  });

  test('that was fetched is known by its last file', async () => {
    const { root, fetch } = scene(`
      const fs = require('fs');
      fs.mkdirSync(__dirname + '/dist');
      fs.writeFileSync(__dirname + '/dist/electron', '');
      fs.writeFileSync(__dirname + '/path.txt', 'electron');`);
    write(root, { 'node_modules/electron/dist-of-before/electron': '' });
    expect(electronBinary(root)).toBeNull();
    expect(await fetch()).toBeNull();
    expect(electronBinary(root)).toBe(join(root, 'node_modules', 'electron', 'dist', 'electron'));
    expect(existsSync(join(root, 'cache', 'electron-failed.json'))).toBe(false);
  });

  test('what a killed start has left half is cleared away, and that of one at work is not', async () => {
    const { root, fetch } = scene(`process.exit(1);`);
    // No process has so high a number: Linux ends at 2^22.
    write(root, {
      'cache/electron.partial-9999999/half.zip': '',
      [`cache/electron.partial-${process.ppid}/half.zip`]: '',
    });
    await fetch();
    expect(readdirSync(join(root, 'cache')).sort()).toEqual([
      'electron-failed.json',
      `electron.partial-${process.ppid}`,
    ]);
  });
});
