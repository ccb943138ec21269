import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { BLOCKS } from '../memory.ts';
import { COMPARED_NETWORKS } from '../networks.ts';
import { OurTrainer } from '../our-trainer.ts';
import { openEngine } from '../../main/trainer/tensorflow/engine.ts';

/** Trains one compared network in this process alone, and tells how much memory that took at most. Writes one JSON document. */
const compared = COMPARED_NETWORKS.find(({ name }) => name === process.argv[2])!;
const threads = availableParallelism();
const engine = openEngine({ device: 'cpu', threads });
const trainer = new OurTrainer(engine, compared);
for (let block = 0; block < BLOCKS; block++) trainer.run();
const { network } = trainer;
trainer.close();
engine.dispose();
process.stdout.write(`${JSON.stringify({ peakBytes: peakBytes(), threads, network })}\n`);

/** Largest resident memory so far. resourceUsage would tell that of the process that started this one, where it was larger. */
function peakBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'ascii'))!;
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
