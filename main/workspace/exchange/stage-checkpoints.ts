import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointRow } from '../checkpoint-files.ts';
import { prepared } from '../database.ts';
import { PRIVATE_FILE, makePrivateFolder } from '../private-files.ts';
import { checkpointsOf } from './pack.ts';
import { PART_BYTES } from './run-file.ts';
import type { Source } from './source.ts';
import type { Work } from './shared-progress.ts';
import type { StagedCheckpoint } from './taken-run.ts';

/** Writes the checkpoints of a run into the stage, each whole and as its row tells of it; others are left out. */
export function stageCheckpoints(
  source: Source,
  run: number,
  id: string,
  stage: string,
  wanted: (epoch: number) => boolean,
  work: Work,
): { staged: StagedCheckpoint[]; missing: number } {
  const rows = checkpointsOf(source.database, run).filter(({ epoch }) => wanted(epoch));
  work.expect(rows.length);
  const folder = join(stage, id);
  const staged: StagedCheckpoint[] = [];
  for (const row of rows) {
    makePrivateFolder(folder);
    const path = join(folder, `epoch-${row.epoch}.safetensors`);
    if (writeParts(path, partsOf(source, run, id, row), row)) {
      const { epoch, size, sha256 } = row;
      staged.push({ epoch, size, sha256, path });
    }
    work.did();
  }
  return { staged, missing: rows.length - staged.length };
}

function partsOf(source: Source, run: number, id: string, row: CheckpointRow): Iterable<Uint8Array> {
  if (source.checkpoints !== null) return fileParts(join(source.checkpoints, id, row.file), row.size);
  return prepared(
    source.database,
    'select bytes from checkpoint_parts where run = ? and epoch = ? order by part',
  )
    .pluck()
    .iterate(run, row.epoch) as IterableIterator<Uint8Array>;
}

/** Nothing of what is no file, a link among them, or of another length. */
function* fileParts(path: string, size: number): Generator<Uint8Array> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size !== size) return;
  const handle = openSync(path, 'r');
  try {
    for (let from = 0; from < size; from += PART_BYTES) {
      const bytes = new Uint8Array(Math.min(PART_BYTES, size - from));
      if (readSync(handle, bytes, 0, bytes.length, from) < bytes.length) return;
      yield bytes;
    }
  } finally {
    closeSync(handle);
  }
}

/** @returns whether the file is what the row tells of */
function writeParts(path: string, parts: Iterable<Uint8Array>, { size, sha256 }: CheckpointRow): boolean {
  const hash = createHash('sha256');
  const handle = openSync(path, 'w', PRIVATE_FILE);
  let written = 0;
  try {
    for (const part of parts) {
      hash.update(part);
      for (let done = 0; done < part.length;) done += writeSync(handle, part, done, part.length - done);
      written += part.length;
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (written === size && hash.digest('hex') === sha256) return true;
  rmSync(path);
  return false;
}
