import * as z from 'zod';
import type { NetworkDescription } from '../common/network.ts';
import { benchFile, runChild } from './children.ts';
import { COMPARED_NETWORKS } from './networks.ts';
import { Peer } from './peer.ts';
import { below, type Measure } from './result.ts';

/** Networks whose memory is compared: the smallest, one of few weights and large activations, and the two largest. */
const NAMES = ['lenet-300-100-batch-128', 'resnet-20-batch-128', 'vgg-16-bn-batch-64', 'resnet-50-batch-16'];

/** Blocks of steps before memory is looked at: what a step keeps is kept by then. */
export const BLOCKS = 2;

const child = z.object({
  peakBytes: z.number().positive(),
  threads: z.number(),
  network: z.custom<NetworkDescription>((value) => typeof value === 'object' && value !== null),
});

/** Largest resident memory of a process that trains, ours and PyTorch's, each alone and whole: libraries and runtime too. */
export async function measureMemory(python: string): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const compared of COMPARED_NETWORKS.filter(({ name }) => NAMES.includes(name))) {
    const { peakBytes, network, threads } = child.parse(await runChild('memory.ts', [compared.name]));
    const peer = await Peer.start(python, benchFile('pytorch_peer.py'));
    try {
      const layout = network.layers.some(({ kind }) => kind === 'conv') ? 'channels-last' : 'channels-first';
      await peer.open(network, compared, [{ name: layout, layout, update: 'fused' }], threads);
      await peer.run(0, BLOCKS * compared.steps);
      const peerBytes = await peer.memory();
      measures.push(
        below(
          `memory-${compared.name}`,
          `largest resident memory while training, ours ÷ PyTorch’s (${layout}, fused): ${compared.what}`,
          'ratio',
          peakBytes / peerBytes,
          1,
          { ours: peakBytes, peer: peerBytes },
        ),
      );
    } finally {
      peer.close();
    }
  }
  return measures;
}
