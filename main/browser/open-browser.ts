import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of the file is good for a minute; nothing is left of it after that. */
const FILE_MILLISECONDS = 60_000;

/** The program that opens an address in the user's browser, without a shell in between. */
export function browserCommand(
  address: string,
  platform = process.platform,
): { file: string; args: string[] } {
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
 */
export function writeRedirect(address: string): Redirect {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-lab-open-'));
  const file = join(folder, 'open.html');
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

/**
 * Opens the address in the user's browser. The programs' arguments can be read by every user of the machine, so they name a
 * file that leads there. Where nothing can be opened, the printed address remains.
 *
 * @returns removes the file
 */
export function openBrowser(address: string): () => void {
  const redirect = writeRedirect(address);
  const { file, args } = browserCommand(redirect.href);
  const child = spawn(file, args, { stdio: 'ignore', detached: true, shell: false });
  child.on('error', () => redirect.remove());
  child.unref();
  return redirect.remove;
}
