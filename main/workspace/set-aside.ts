import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { syncFolder } from './layout.ts';
import { makePrivateFolder } from './private-files.ts';

const CHUNK = 1 << 20;

/**
 * Moves a file into the folder of what was lost, under its own name or, where that is taken, under one with a number
 * after it. One that lies there already, byte for byte, is not kept twice.
 *
 * @param place where in the folder: its last part is the name, each other one a folder
 * @returns where it is now
 */
export function setAside(file: string, lost: string, ...place: string[]): string {
  const wanted = join(lost, ...place);
  makeFoldersWithin(lost, dirname(wanted));
  const kind = extname(wanted);
  const stem = wanted.slice(0, wanted.length - kind.length);
  let target = wanted;
  for (let number = 2; existsSync(target); number++) {
    if (isSame(file, target)) {
      rmSync(file);
      return target;
    }
    target = `${stem}.${number}${kind}`;
  }
  renameSync(file, target);
  syncFolder(dirname(target));
  return target;
}

function makeFoldersWithin(lost: string, folder: string): void {
  if (folder !== dirname(lost)) makeFoldersWithin(lost, dirname(folder));
  makePrivateFolder(folder);
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [statSync(one), statSync(other)];
  return second.isFile() && first.size === second.size && hashOf(one) === hashOf(other);
}

/** SHA-256 of a file of any size, in hexadecimal digits. */
export function hashOf(file: string): string {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK);
  const handle = openSync(file, 'r');
  try {
    for (let read; (read = readSync(handle, chunk)) > 0;) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}
