import * as z from 'zod';
import { runChild } from './children.ts';
import { below, type Measure } from './result.ts';

const GOAL_SHARE = 0.02;

const trained = z.array(
  z.object({
    name: z.string(),
    residentBefore: z.number(),
    residentPeak: z.number(),
    epochs: z
      .array(
        z.object({
          epoch: z.number(),
          trainingSeconds: z.number(),
          evaluationSeconds: z.number(),
          measurementSeconds: z.number(),
        }),
      )
      .min(1),
  }),
);

/** Real runs in a process of their own: share of measuring and logging of each network, and memory of the first's thread. */
export async function measureTraining(): Promise<Measure[]> {
  const runs = trained.parse(await runChild('training.ts'));
  const shares = runs.map(({ name, epochs }) => {
    const sum = (pick: (epoch: (typeof epochs)[number]) => number): number =>
      epochs.reduce((total, epoch) => total + pick(epoch), 0);
    const measuring = sum((epoch) => epoch.measurementSeconds);
    const all = measuring + sum((epoch) => epoch.trainingSeconds + epoch.evaluationSeconds);
    return below(
      `measuring-share-${name}`,
      `share of an epoch on MNIST spent on measuring and logging states, ${name}`,
      'share',
      measuring / all,
      GOAL_SHARE,
      { epochs },
    );
  });
  const { name, residentBefore, residentPeak } = runs[0]!;
  const memory = below(
    'training-memory',
    `resident memory that a training thread of ${name} adds, TensorFlow and MNIST with it`,
    'bytes',
    residentPeak - residentBefore,
    null,
    { residentBefore, residentPeak },
  );
  return [...shares, memory];
}
