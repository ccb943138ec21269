import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Bounds, Window } from './electron.ts';

const windowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400).max(100_000),
  height: z.int().min(300).max(100_000),
  maximized: z.boolean(),
});
type WindowState = z.infer<typeof windowState>;

const FIRST: Partial<Bounds> & { width: number; height: number } = { width: 1440, height: 900 };
/** Pixels of the window that must lie on a screen, or it could not be moved back. */
const REACHABLE = 100;

function fileIn(folder: string): string {
  return join(folder, 'window.json');
}

/** Where the window was, if a screen is still there; a file that cannot be read is as none. */
export function readWindowState(
  folder: string,
  screens: readonly Bounds[],
): { bounds: Partial<Bounds> & { width: number; height: number }; maximized: boolean } {
  let state: WindowState;
  try {
    state = windowState.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')));
  } catch {
    return { bounds: FIRST, maximized: false };
  }
  const { maximized, x, y, width, height } = state;
  const reachable = screens.some(
    (screen) =>
      x + width >= screen.x + REACHABLE &&
      x <= screen.x + screen.width - REACHABLE &&
      y >= screen.y &&
      y <= screen.y + screen.height - REACHABLE,
  );
  return { bounds: reachable ? { x, y, width, height } : { width, height }, maximized };
}

/** Whole or not at all: a window's place is not worth an error when it cannot be kept. */
export function saveWindowState(folder: string, window: Window): void {
  const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    writeFileSync(`${fileIn(folder)}.partial`, JSON.stringify(state));
    renameSync(`${fileIn(folder)}.partial`, fileIn(folder));
  } catch {
    return;
  }
}
