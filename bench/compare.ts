import { loadavg } from 'node:os';
import type { Engine } from '../main/trainer/tensorflow/engine.ts';
import type { ComparedNetwork } from './networks.ts';
import { OurTrainer, TRAINING } from './our-trainer.ts';
import { candidatesFor, type Peer, type PeerCandidate } from './peer.ts';
import { median, type Comparison, type PeerTimes, type Versions } from './result.ts';

/** Blocks of each side before the first that counts: caches filled, kernels chosen, memory pools grown. */
const WARM_UP = 2;
/** Ahead of PyTorch. */
const GOAL = 1;

/**
 * One network's step on both sides, in alternation: a block of ours, a block of each candidate, and so on. Either side
 * sleeps while the other works.
 */
export async function compare(
  engine: Engine,
  peer: Peer | null,
  compared: ComparedNetwork,
  rounds: number,
  versions: Versions,
): Promise<Comparison> {
  const loadBefore = loadavg()[0]!;
  const trainer = new OurTrainer(engine, compared);
  try {
    const candidates = peer ? candidatesFor(trainer.network) : [];
    await peer?.open(trainer.network, compared, candidates, engine.threads);
    const ours: number[] = [];
    const theirs: number[][] = candidates.map(() => []);
    for (let round = -WARM_UP; round < rounds; round++) {
      const own = trainer.run();
      if (round >= 0) ours.push(own);
      for (const index of theirs.keys()) {
        const time = await peer!.run(index, compared.steps);
        if (round >= 0) theirs[index]!.push(time);
      }
    }
    return {
      name: compared.name,
      what: compared.what,
      unit: 'ms a training step',
      ...judge(ours, candidates, theirs),
      compile: trainer.compile,
      firstStepSeconds: trainer.firstStepSeconds!,
      steps: compared.steps,
      threads: engine.threads,
      seed: TRAINING.seed,
      versions,
      loadBefore,
    };
  } finally {
    trainer.close();
  }
}

/** The peer is the candidate of the lowest median. */
export function judge(
  ours: readonly number[],
  candidates: readonly Pick<PeerCandidate, 'name'>[],
  theirs: readonly (readonly number[])[],
): Pick<Comparison, 'ours' | 'peer' | 'candidates' | 'ratio' | 'goal' | 'met'> {
  const times: PeerTimes[] = candidates
    .map(({ name }, index) => ({ name, median: median(theirs[index]!), rounds: [...theirs[index]!] }))
    .sort((one, other) => one.median - other.median);
  const own = median(ours);
  const peer = times[0] ?? null;
  const ratio = peer && peer.median / own;
  return {
    ours: { median: own, rounds: [...ours] },
    peer,
    candidates: times,
    ratio,
    goal: GOAL,
    met: ratio === null ? null : ratio > GOAL,
  };
}
