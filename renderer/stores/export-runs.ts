import { sentenceOf } from '../client/sentence.ts';
import { notify } from './notices.ts';
import { saveBlob } from './save-blob.ts';
import type { Workstation } from './workstation.ts';

/** Writes whole runs, with those that they need, into one file and gives it to the browser. Tells what came of it. */
export async function exportRuns(
  { client }: Pick<Workstation, 'client'>,
  runs: readonly string[],
  checkpoints = true,
): Promise<void> {
  try {
    const packed = await packedOf(await client.exchange.pack({ runs: [...runs], checkpoints }));
    const { token, name, bytes, needed, notices } = packed;
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let from = 0; from < bytes;) {
        const part = await client.exchange.part({ token, from });
        if (part.length === 0) throw new Error('The workstation lost the file: try again.');
        parts.push(part);
        from += part.length;
      }
      saveBlob(name, new Blob(parts, { type: 'application/x-sqlite3' }));
    } finally {
      await client.exchange.drop({ token });
    }
    const came =
      needed.length === 0
        ? ''
        : `, with ${needed.length} that ${runs.length === 1 ? 'it needs' : 'they need'}`;
    notify('done', `Exported ${runs.length === 1 ? 'the run' : `${runs.length} runs`}${came}: ${name}.`);
    for (const notice of notices.slice(0, 1)) notify('error', notice);
  } catch (error) {
    notify('error', sentenceOf(error));
  }
}

type Steps = Awaited<ReturnType<Workstation['client']['exchange']['pack']>>;

async function packedOf(steps: Steps) {
  for await (const step of steps) if (step.type === 'packed') return step;
  throw new Error('The workstation ended before the file was written: try again.');
}
