import { availableParallelism } from 'node:os';
import { BLOCKS } from '../main/bench/memory.ts';
import { COMPARED_NETWORKS } from '../main/bench/networks.ts';
import { OurTrainer } from '../main/bench/our-trainer.ts';
import { openEngine } from '../main/trainer/tensorflow/engine.ts';

/** Trains one compared network in this process alone, and tells how much memory that took at most. Writes one JSON document. */
const compared = COMPARED_NETWORKS.find(({ name }) => name === process.argv[2])!;
const threads = availableParallelism();
const engine = openEngine({ device: 'cpu', threads });
const trainer = new OurTrainer(engine, compared, BLOCKS);
for (let block = 0; block < BLOCKS; block++) trainer.run();
const { network } = trainer;
trainer.close();
engine.dispose();
// The operating system's own record of the largest, in kilobytes.
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ peakBytes, threads, network })}\n`);
