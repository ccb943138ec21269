import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { portableCrc32 } from '../../scripts/lib/zip.mjs';

/** A folder of the test's own, gone with it. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-scripts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * @param {string} root
 * @param {Record<string, string | Buffer>} files contents by path
 */
export function write(root, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/**
 * @param {string} path
 * @param {string} script of a POSIX shell
 */
export function writeCommand(path, script) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A reporter that keeps what it is told. */
export function listeningReporter() {
  /** @type {string[]} */
  const lines = [];
  return {
    lines,
    progress: (/** @type {string} */ _title, /** @type {string} */ text) => void lines.push(text),
    done: (/** @type {string} */ _title, /** @type {string} */ text) => void lines.push(text),
    say: (/** @type {string} */ sentence) => void lines.push(sentence),
  };
}

/**
 * A ZIP archive, deflated except for the members named in `stored`.
 * @param {Record<string, Buffer>} members
 * @param {string[]} [stored]
 */
export function zip(members, stored = []) {
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const method = stored.includes(name) ? 0 : 8;
    const data = method === 0 ? content : deflateRawSync(content);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(portableCrc32(content, 0), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(content.length, 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    sizes.copy(local, 14);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    sizes.copy(central, 16);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    directory.push(central, Buffer.from(name));
    parts.push(local, Buffer.from(name), data);
    offset += local.length + name.length + data.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(members).length, 8);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, table, end]);
}

/**
 * Waits until something holds.
 * @param {() => boolean} holds
 */
export async function until(holds) {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('It has not come about within 10 s.');
    await new Promise((next) => setTimeout(next, 10));
  }
}
