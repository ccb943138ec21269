import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Browsers that show an address in a window of its own, without tabs and bar: Chromium and those made of it. */
const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const MAC = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

/** The first of them that is installed; null where there is none. */
export function findChromium(env: Environment = process.env, platform = process.platform): string | null {
  return candidates(env, platform).find(isExecutable) ?? null;
}

function candidates(env: Environment, platform: NodeJS.Platform): string[] {
  switch (platform) {
    case 'darwin':
      return MAC.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
    case 'win32': {
      const folders = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']];
      return WINDOWS.flatMap((path) => folders.flatMap((folder) => (folder ? [`${folder}\\${path}`] : [])));
    }
    default: {
      const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
      return COMMANDS.flatMap((name) => folders.map((folder) => join(folder, name)));
    }
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
