import type { Output } from '../output.ts';
import { writeWhole } from '../write-file.ts';
import type { GlobalOptions } from './command.ts';

export type FileOptions = GlobalOptions & { epoch: number; out: string; force?: boolean };

/** Writes a file of a run, and tells of it. */
export async function save(
  bytes: Uint8Array,
  { id, epoch, out, force, workspace }: FileOptions & { id: string },
  output: Output,
) {
  await writeWhole(out, bytes, force === true, workspace);
  output.result({ id, epoch, file: out, bytes: bytes.length }, `Wrote ${out} (${bytes.length} bytes).`);
}
