import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc32, extractEntry, listZip, portableCrc32 } from '../../scripts/lib/zip.mjs';
import { temporaryFolder, zip } from './helpers.mjs';

const noise = randomBytes(300_000);
const text = Buffer.from('weights '.repeat(100_000));

/** @param {Buffer} archive */
function saved(archive) {
  const folder = temporaryFolder();
  const file = join(folder, 'made-up.whl');
  writeFileSync(file, archive);
  return { file, target: join(folder, 'out') };
}

/**
 * @param {Buffer} archive
 * @param {string} name
 */
async function extract(archive, name) {
  const { file, target } = saved(archive);
  const entry = (await listZip(file)).find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`no ${name}`);
  const result = await extractEntry(file, entry, target);
  return { result, content: readFileSync(target) };
}

describe('a whole archive', () => {
  const archive = zip({ 'a/text': text, noise, empty: Buffer.alloc(0) }, ['noise']);

  test.each([
    ['a/text', text],
    ['noise', noise],
    ['empty', Buffer.alloc(0)],
  ])('gives back %s, with its size and hash', async (name, expected) => {
    const { result, content } = await extract(archive, name);
    expect(content.equals(expected)).toBe(true);
    expect(result).toEqual({
      size: expected.length,
      sha256: createHash('sha256').update(expected).digest('hex'),
    });
  });

  test('tells how many bytes are done', async () => {
    const { file, target } = saved(archive);
    const entries = await listZip(file);
    let bytes = 0;
    const entry = /** @type {NonNullable<typeof entries[0]>} */ (entries[0]);
    await extractEntry(file, entry, target, (count) => (bytes += count));
    expect(bytes).toBe(text.length);
  });
});

describe('a damaged archive is refused', () => {
  test('cut short', async () => {
    const whole = zip({ text });
    for (const length of [0, 10, whole.length - 1]) {
      await expect(listZip(saved(whole.subarray(0, length)).file)).rejects.toThrow(/not a whole ZIP archive/);
    }
  });

  test('a byte of a stored member changed', async () => {
    const archive = zip({ noise }, ['noise']);
    archive.writeUInt8(archive.readUInt8(5000) ^ 1, 5000);
    await expect(extract(archive, 'noise')).rejects.toThrow(/checksum of noise does not agree/);
  });

  test('a byte of a deflated member changed', async () => {
    const archive = zip({ noise });
    archive.writeUInt8(archive.readUInt8(5000) ^ 0x10, 5000);
    await expect(extract(archive, 'noise')).rejects.toThrow(/is damaged/);
  });

  test('a member longer than its directory says', async () => {
    const archive = zip({ text });
    const central = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    archive.writeUInt32LE(text.length - 1, central + 24);
    await expect(extract(archive, 'text')).rejects.toThrow(/longer than its directory says/);
  });

  test('a directory that points elsewhere', async () => {
    const archive = zip({ text });
    const central = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    archive.writeUInt32LE(7, central + 42);
    await expect(extract(archive, 'text')).rejects.toThrow(/not where it should be/);
  });
});

test('both CRC-32 agree with the published check value', () => {
  const check = Buffer.from('123456789');
  expect(portableCrc32(check, 0)).toBe(0xcbf43926);
  expect(crc32(check, 0)).toBe(0xcbf43926);
  expect(portableCrc32(noise.subarray(1000), portableCrc32(noise.subarray(0, 1000), 0))).toBe(
    crc32(noise, 0),
  );
});
