import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const packageFile = z.object({ name: z.string(), version: z.string() });

export interface Application {
  /** The folder that holds package.json, resources/ and out/. */
  root: string;
  version: string;
}

/** Finds the application's folder from any of its files: run from source, built (chunks lie deeper), or packed. */
export function findApplication(from: string = import.meta.dirname): Application {
  const file = join(from, 'package.json');
  if (existsSync(file)) {
    const { name, version } = packageFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (name === 'cascade-lab') return { root: from, version };
  }
  if (dirname(from) === from) throw new Error('This file lies outside of Cascade Lab.');
  return findApplication(dirname(from));
}

/** Where the build puts the page. */
export function pageFolder(): string {
  return join(findApplication().root, 'out', 'renderer');
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The workspace where none is named: `cascade-lab/workspace` in the user's data folder. */
export function defaultWorkspace(env: Environment = process.env, platform = process.platform): string {
  const home = env['HOME'] || homedir();
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'cascade-lab', 'workspace');
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'cascade-lab', 'workspace');
    default:
      return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'cascade-lab', 'workspace');
  }
}
