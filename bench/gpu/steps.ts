import { availableParallelism, loadavg } from 'node:os';
import { findApplication } from '../../main/entry/application.ts';
import { openEngine } from '../../main/trainer/tensorflow/engine.ts';
import { benchFile } from '../children.ts';
import { judge } from '../compare.ts';
import { COMPARED_NETWORKS, type ComparedNetwork } from '../networks.ts';
import { OurTrainer, TRAINING } from '../our-trainer.ts';
import { Peer, type PeerCandidate } from '../peer.ts';
import { below, median } from '../result.ts';
import { findings, type Findings, type Setting } from './setting.ts';

/** Steps of a round on a GPU: half a second to two of work. */
const known = (name: string, steps: number): ComparedNetwork => ({
  ...COMPARED_NETWORKS.find((network) => network.name === name)!,
  steps,
});
const resNet50 = (side: number, steps: number): ComparedNetwork => ({
  name: `resnet-50-${side}-batch-64`,
  what: `ResNet-50 (ImageNet stem) on ${side} × ${side} × 3, batch 64`,
  model: { name: 'resnet-50' },
  imageShape: [side, side, 3],
  batch: 64,
  steps,
});

export const GPU_NETWORKS: readonly ComparedNetwork[] = [
  known('resnet-20-batch-128', 60),
  known('mobilenet-v1-batch-64', 60),
  known('vgg-16-bn-batch-64', 60),
  resNet50(64, 40),
  resNet50(224, 12),
  known('lenet-300-100-batch-128', 400),
];

/** So small that the processor takes some steps of it in a few seconds. */
function inQuick(network: ComparedNetwork): ComparedNetwork {
  const batch = Math.max(2, network.batch / 32);
  return { ...network, what: `${network.what}, quick: batch ${batch}`, batch, steps: 2 };
}

const CANDIDATES: readonly PeerCandidate[] = [
  { name: 'eager, channels-last, fused', layout: 'channels-last', update: 'fused' },
  { name: 'torch.compile, channels-last, fused', layout: 'channels-last', update: 'fused', compiled: true },
];

/** One network's step on both sides, in interleaved rounds. A candidate that cannot be made is left out, with the reason. */
export async function compareSteps(setting: Setting, name: string): Promise<Findings> {
  const found = GPU_NETWORKS.find((network) => network.name === name)!;
  const compared = setting.quick ? inQuick(found) : found;
  const rounds = setting.quick ? 1 : 7;
  // A machine that is tried beside other work waits for every thread.
  const threads = setting.quick ? 1 : availableParallelism();
  const loadBefore = loadavg()[0]!;
  const leftOut: string[] = [];
  const peer = await Peer.start(setting.python, benchFile('pytorch_peer.py'));
  const engine = openEngine({ device: setting.device === 'gpu' ? 'gpu:0' : 'cpu', threads });
  const trainer = new OurTrainer(engine, compared);
  try {
    // A dense net has no layout.
    const accelerator = await peer.open(
      trainer.network,
      compared,
      CANDIDATES.map((candidate) =>
        trainer.network.layers.every(({ kind }) => kind === 'dense')
          ? { ...candidate, layout: 'channels-first' }
          : candidate,
      ),
      threads,
      setting.device === 'gpu' ? 'cuda' : 'cpu',
    );
    const candidates: { index: number; name: string }[] = [];
    for (const [index, candidate] of CANDIDATES.entries()) {
      // On a processor a large network takes minutes to compile.
      if (setting.quick && candidate.compiled && trainer.network.layers.length > 3) continue;
      const failed = await peer.warm(index);
      if (failed === null) candidates.push({ index, name: candidate.name });
      else leftOut.push(`${name}, PyTorch ${candidate.name}: ${failed}`);
    }
    trainer.run();
    const ours: number[] = [];
    const theirs: number[][] = candidates.map(() => []);
    for (let round = 0; round < rounds; round++) {
      ours.push(trainer.run());
      for (const [place, { index }] of candidates.entries())
        theirs[place]!.push(await peer.run(index, compared.steps));
    }
    const comparison = {
      name,
      what: compared.what,
      unit: 'ms a training step' as const,
      ...judge(ours, candidates, theirs),
      compile: trainer.compile,
      firstStepSeconds: trainer.firstStepSeconds!,
      steps: compared.steps,
      threads,
      seed: TRAINING.seed,
      versions: {
        application: findApplication().version,
        node: process.version,
        tensorflow: engine.version,
        torch: peer.version,
      },
      loadBefore,
    };
    return findings({ comparisons: [comparison], leftOut, detail: { accelerator, device: engine.device } });
  } finally {
    peer.close();
    trainer.close();
    engine.dispose();
  }
}

/** Ours alone, in the environment that the part is run in: what deterministic kernels cost. */
export function timeAlone(setting: Setting, name: string): Findings {
  const found = GPU_NETWORKS.find((network) => network.name === name)!;
  const compared = setting.quick ? inQuick(found) : found;
  const engine = openEngine({ device: setting.device === 'gpu' ? 'gpu:0' : 'cpu' });
  const trainer = new OurTrainer(engine, compared);
  try {
    trainer.run();
    const rounds = Array.from({ length: setting.quick ? 1 : 5 }, () => trainer.run());
    const what = `our step where kernels need not be deterministic: ${compared.what}`;
    return findings({
      measures: [below(`undetermined-${name}`, what, 'ms', median(rounds), null, { rounds })],
    });
  } finally {
    trainer.close();
    engine.dispose();
  }
}
