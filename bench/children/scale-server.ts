import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { openWorkstation } from '../../main/workstation.ts';
import { readOwner } from '../../main/workspace/workspace.ts';

/**
 * Holds a workspace as a window does, in a process whose main thread is watched. Writes a line with the time to open and
 * the owner's address; answers each line that it reads with the longest block of the event loop since the last one, in
 * milliseconds, and what the process holds of memory; ends with its input.
 */
const folder = process.argv[2]!;
const started = performance.now();
const station = await openWorkstation({ folder, way: 'command line', concurrency: 1, threads: 1 });
const openMs = performance.now() - started;
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.stdout.write(`${JSON.stringify({ openMs, address: readOwner(folder)?.address })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  const blockMs = delays.max / 1e6;
  delays.reset();
  process.stdout.write(`${JSON.stringify({ blockMs, residentBytes: process.memoryUsage.rss() })}\n`);
}
await station.close();
process.exit(0);
