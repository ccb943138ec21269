import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from './app-window.ts';
import { redirectFolders } from './redirect-folders.ts';

/** The address of the file is good for a minute; nothing is left of it after that. */
const FILE_MILLISECONDS = 60_000;
const FOLDER = 'cascade-lab-open-';
const FILE = 'open.html';

/** The program that opens an address in the user's browser, without a shell in between. */
export function browserCommand(address: string, platform = process.platform): Opener {
  switch (platform) {
    case 'darwin':
      return { file: 'open', args: [address] };
    case 'win32':
      return { file: 'rundll32', args: ['url.dll,FileProtocolHandler', address] };
    default:
      return { file: 'xdg-open', args: [address] };
  }
}

export interface Redirect {
  /** The address of the file, 'file:///…'. */
  href: string;
  /** Calling it again does nothing. */
  remove(): void;
}

/**
 * Writes a page that leads to `address`, for this user's eyes only: a file of mode 0600 in a folder of mode 0700. It is gone
 * after a minute, or with the process.
 *
 * @param folders where it may lie: in the first that can be written to
 * @throws Error where none of them can
 */
export function writeRedirect(address: string, folders: readonly string[] = redirectFolders()): Redirect {
  const folder = makeFolder(folders);
  const file = join(folder, FILE);
  const remove = () => {
    clearTimeout(timer);
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  const timer = setTimeout(remove, FILE_MILLISECONDS).unref();
  process.once('exit', remove);
  writeFileSync(file, redirectPage(address), { mode: 0o600, flag: 'wx' });
  return { href: pathToFileURL(file).href, remove };
}

function makeFolder([first, ...others]: readonly string[]): string {
  if (first === undefined) throw new Error('no folder can be written to');
  try {
    sweep(first);
    return mkdtempSync(join(first, FOLDER));
  } catch (error) {
    if (others.length === 0) throw error;
    return makeFolder(others);
  }
}

/** Takes away what a process that was killed has left, long after it was good for anything. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(FOLDER)))
    try {
      const folder = join(parent, name);
      if (Date.now() - statSync(folder).mtimeMs < 2 * FILE_MILLISECONDS) continue;
      rmSync(join(folder, FILE), { force: true });
      rmdirSync(folder);
    } catch {
      // Another user's, or something else is in it: it is left alone.
    }
}

function redirectPage(address: string): string {
  const text = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=${text}">
<title>Cascade Lab</title>
<p><a href="${text}">Open Cascade Lab</a></p>
</html>
`;
}

export interface Opener {
  file: string;
  args: string[];
}

/**
 * What to try, one after the other: a window of its own, where a Chromium is installed and that is wanted, then a tab of the user's
 * browser. The window is one of the person's own profile: what is remembered in the browser is then the same in a tab.
 */
export function openersOf(
  address: string,
  { window = true, chromium = findChromium() }: { window?: boolean; chromium?: string | null } = {},
): Opener[] {
  const tab = browserCommand(address);
  return window && chromium !== null ? [{ file: chromium, args: [`--app=${address}`] }, tab] : [tab];
}

/** One that ends badly so soon has shown nothing: there is no screen, or it may not run here. */
const STILLBORN_MILLISECONDS = 5_000;

/** Starts the first, and the next one where it cannot be started or ends badly at once; `failed` where none is left. */
function startFirst([opener, ...others]: readonly Opener[], failed: () => void): void {
  if (opener === undefined) return failed();
  const started = Date.now();
  const child = spawn(opener.file, opener.args, { stdio: 'ignore', detached: true, shell: false });
  child.once('error', () => startFirst(others, failed));
  if (others.length > 0)
    child.once('exit', (code) => {
      if (code !== 0 && Date.now() - started < STILLBORN_MILLISECONDS) startFirst(others, failed);
    });
  child.unref();
}

/**
 * Opens the address on the user's screen. The programs' arguments can be read by every user of the machine, so they name a
 * file that leads there. Where nothing can be opened, the printed address remains.
 *
 * @param openers for the address of that file, the best first
 * @returns removes the file
 */
export function openBrowser(address: string, openers: (address: string) => Opener[] = openersOf): () => void {
  const redirect = writeRedirect(address);
  startFirst(openers(redirect.href), () => redirect.remove());
  return redirect.remove;
}
