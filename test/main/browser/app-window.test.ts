import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { findChromium } from '../../../main/browser/app-window.ts';
import { browserCommand, openBrowser, openersOf } from '../../../main/browser/open-browser.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';

/** A program of that name, which writes what it was told, and ends with the code. */
function program(folder: string, name: string, code: number): string {
  const file = join(folder, name);
  const told = join(folder, `${name}.told`);
  writeFileSync(
    file,
    `#!/bin/sh\nprintf '%s\\n' "$*" > '${told}.part'\nmv '${told}.part' '${told}'\nexit ${code}\n`,
  );
  chmodSync(file, 0o755);
  return file;
}
const told = (folder: string, name: string) => readFileSync(join(folder, `${name}.told`), 'utf8').trim();
const isTold = (folder: string, name: string) => existsSync(join(folder, `${name}.told`));

describe.runIf(process.platform === 'linux')('a window of its own', () => {
  test('is that of the first Chromium on the path; without one there is a tab alone', () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    expect(findChromium({ PATH: `${first}:${second}` }, 'linux')).toBeNull();
    expect(findChromium({}, 'linux')).toBeNull();
    writeFileSync(join(first, 'chromium'), 'not a program');
    const chrome = program(second, 'google-chrome', 0);
    expect(findChromium({ PATH: `${first}:${second}` }, 'linux')).toBe(chrome);
    const address = 'file:///home/a/open.html';
    expect(openersOf(address, { chromium: null })).toEqual([browserCommand(address)]);
    expect(openersOf(address, { chromium: chrome, window: false })).toEqual([browserCommand(address)]);
    expect(openersOf(address, { chromium: chrome })).toEqual([
      { file: chrome, args: [`--app=${address}`] },
      browserCommand(address),
    ]);
  });

  test('is told of a file that leads there, never of the secret; that file is for this user alone, and goes', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('HOME', folder);
    const address = 'http://127.0.0.1:1/?token=the-secret';
    const chromium = program(folder, 'chromium', 0);
    const remove = openBrowser(address, (file) => openersOf(file, { chromium }));
    await vi.waitFor(() => expect(isTold(folder, 'chromium')).toBe(true));
    expect(told(folder, 'chromium')).toMatch(/^--app=file:\/\/\/\S+\/open\.html$/);
    const file = fileURLToPath(told(folder, 'chromium').replace('--app=', ''));
    expect(readFileSync(file, 'utf8')).toContain('token=the-secret');
    remove();
    expect(existsSync(file)).toBe(false);
    vi.unstubAllEnvs();
  });

  test.each([
    ['ends badly at once', (folder: string) => program(folder, 'chromium', 1)],
    ['cannot be started', (folder: string) => join(folder, 'absent')],
  ])('that %s gives way to a tab', async (_, chromiumIn) => {
    const folder = temporaryFolder();
    vi.stubEnv('HOME', folder);
    const [chromium, tab] = [chromiumIn(folder), program(folder, 'tab', 0)];
    const remove = openBrowser('http://127.0.0.1:1/?token=x', (file) => [
      { file: chromium, args: [`--app=${file}`] },
      { file: tab, args: [file] },
    ]);
    await vi.waitFor(() => expect(isTold(folder, 'tab')).toBe(true));
    expect(told(folder, 'tab')).toMatch(/^file:\/\/\//);
    remove();
    vi.unstubAllEnvs();
  });

  test('that ends well opens nothing else', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('HOME', folder);
    const [chromium, tab] = [program(folder, 'chromium', 0), program(folder, 'tab', 0)];
    const remove = openBrowser('http://127.0.0.1:1/', (file) => [
      { file: chromium, args: [file] },
      { file: tab, args: [file] },
    ]);
    await vi.waitFor(() => expect(isTold(folder, 'chromium')).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isTold(folder, 'tab')).toBe(false);
    remove();
    vi.unstubAllEnvs();
  });
});
