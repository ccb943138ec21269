import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} folder
 * @returns {number} bytes of all files below it; what goes away meanwhile is not counted
 */
export function bytesIn(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += bytesIn(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    // It was moved or removed while we looked.
  }
  return bytes;
}

/**
 * A small note of ours: what it holds, or null where it is absent or broken.
 * @param {string} file
 * @returns {Record<string, unknown> | null}
 */
export function readNote(file) {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/**
 * Whole or not at all, also when we are killed while writing.
 * @param {string} file
 * @param {Record<string, unknown>} value
 */
export function writeNote(file, value) {
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value)}\n`);
  renameSync(partial, file);
}
