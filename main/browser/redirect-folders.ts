import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Folders for a file that the user's browser is to open, the best first. On Linux a browser that is installed as a snap sees neither
 * the system's temporary files nor anything hidden in the home folder, and one of Flatpak only downloads: the folder for
 * downloads suits both, and any other browser. Elsewhere browsers read temporary files.
 */
export function redirectFolders(env: Environment = process.env, platform = process.platform): string[] {
  if (platform === 'darwin' || platform === 'win32') return [tmpdir()];
  const home = env['HOME'] || homedir();
  const downloads = [downloadsOf(home, env), join(home, 'Downloads')];
  const visible = downloads.filter((folder) => folder !== null && isVisible(folder, home));
  return [...new Set([...(visible as string[]), home, tmpdir()])];
}

/** What the desktop's own file of user folders says. */
function downloadsOf(home: string, env: Environment): string | null {
  try {
    const file = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'user-dirs.dirs');
    const said = /^\s*XDG_DOWNLOAD_DIR="(\$HOME)?(\/[^"]*)"/m.exec(readFileSync(file, 'utf8'));
    return said === null ? null : join(said[1] === undefined ? '/' : home, said[2]!);
  } catch {
    return null;
  }
}

/** Whether it lies in the home folder, and neither it nor what it lies in is hidden. */
function isVisible(folder: string, home: string): boolean {
  return relative(home, folder)
    .split('/')
    .every((part) => !part.startsWith('.'));
}
