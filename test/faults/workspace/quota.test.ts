import type * as fileSystem from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as database from '../../../main/workspace/database.ts';
import { Reader } from '../../../main/workspace/reader/reader.ts';
import { workspaceError } from '../../../main/workspace/errors.ts';
import { Writer } from '../../../main/workspace/writer/writer.ts';
import {
  APPLICATION,
  imageOf,
  newRun,
  recordOf,
  RUN,
  temporaryFolder,
} from '../../main/workspace/fixtures.ts';

/**
 * A disk that is full where no small one can be mounted: the database's own quota of pages, and a file system that
 * says ENOSPC after so many bytes. Without threads, so that both can be reached.
 */
const quota = vi.hoisted(() => ({ bytes: Infinity, database: null as database.Connection | null }));

vi.mock('../../../main/workspace/database.ts', async (original) => {
  const actual = await original<typeof database>();
  const openDatabase: typeof actual.openDatabase = (...args) =>
    (quota.database = actual.openDatabase(...args));
  return { ...actual, openDatabase };
});

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof fileSystem>();
  const writeSync = (handle: number, bytes: Uint8Array, offset: number, length: number): number => {
    if (length > quota.bytes) {
      actual.writeSync(handle, bytes, offset, quota.bytes);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    return actual.writeSync(handle, bytes, offset, Math.min(length, 4096));
  };
  return { ...actual, writeSync };
});

function codeOf(action: () => unknown, folder: string): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return workspaceError(error, folder).code;
  }
}

beforeEach(() => void (quota.bytes = Infinity));

describe('a quota that is used up', () => {
  it('in the database rolls the epoch back, and lets it in once raised', () => {
    const folder = temporaryFolder();
    const writer = new Writer(folder, APPLICATION);
    writer.addRun(newRun(RUN));
    writer.recordEpoch(RUN, recordOf(0), null, [], null);
    const pages = Number(quota.database!.pragma('page_count', { simple: true }));
    quota.database!.pragma(`max_page_count = ${pages}`);
    let epoch = 1;
    while (
      codeOf(() => writer.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), [], null), folder) === 'none'
    )
      epoch++;
    expect(codeOf(() => writer.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), [], null), folder)).toBe(
      'WORKSPACE_FULL',
    );
    const reader = new Reader(folder);
    expect(reader.epochs(RUN)).toHaveLength(epoch);
    expect(readdirSync(join(folder, 'checkpoints', RUN))).toHaveLength(epoch - 1);
    quota.database!.pragma(`max_page_count = ${pages * 10}`);
    expect(writer.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), [], null)).toBe('stored');
    expect(writer.recordEpoch(RUN, recordOf(epoch - 1), null, [], null)).toBe('known');
    expect(reader.epochs(RUN)).toHaveLength(epoch + 1);
    reader.close();
    writer.close();
  });

  it('by a checkpoint leaves neither file nor row', () => {
    const folder = temporaryFolder();
    const writer = new Writer(folder, APPLICATION);
    const reader = new Reader(folder);
    writer.addRun(newRun(RUN));
    quota.bytes = 3000;
    expect(codeOf(() => writer.recordEpoch(RUN, recordOf(0), imageOf(0, 9000), [], null), folder)).toBe(
      'WORKSPACE_FULL',
    );
    expect(readdirSync(join(folder, 'checkpoints', RUN))).toEqual([]);
    expect(reader.epochs(RUN)).toEqual([]);
    quota.bytes = Infinity;
    expect(writer.recordEpoch(RUN, recordOf(0), imageOf(0, 9000), [], null)).toBe('stored');
    expect(reader.checkpoint(RUN, 0).bytes).toEqual(imageOf(0, 9000).bytes);
    reader.close();
    writer.close();
  });
});
