import * as z from 'zod';
import { runChild } from './children.ts';
import { below, type Measure } from './result.ts';

const spread = z.object({ median: z.number(), maximum: z.number(), count: z.number() });
const scenarios = z.array(
  z.looseObject({
    scenario: z.string(),
    weights: z.number(),
    epochs: z.number(),
    storedShare: z.number(),
    openRunMs: z.number(),
    coldSeekLayerMs: spread,
    seekLayerMs: spread,
    seekAllMs: spread,
    coldSeekAllMs: spread,
  }),
);

/** From how many weights on a run counts as large. */
const LARGE = 1_000_000;
const SEEK_MS = 16;
const LARGE_SEEK_MS = 50;
const STORED_SHARE = 0.01;

/** Seeks in stored runs, and the disk they take. */
export async function measureWorkspace(): Promise<Measure[]> {
  return scenarios.parse(await runChild('workspace.ts')).flatMap((result) => {
    const { scenario, weights } = result;
    const large = weights >= LARGE;
    // A person opens one layer of a large net at a time; all layers of a small one are in sight at once.
    const seek = large ? result.seekLayerMs : result.seekAllMs;
    const stored = below(
      `stored-share: ${scenario}`,
      `bytes stored for masks ÷ their raw bits, ${scenario}`,
      'share',
      result.storedShare,
      large ? STORED_SHARE : null,
    );
    return [
      below(
        `open: ${scenario}`,
        `opening a run with all its curves, ${scenario}`,
        'ms',
        result.openRunMs,
        null,
      ),
      below(
        `seek: ${scenario}`,
        `seeking an epoch at random (${large ? 'the largest layer' : 'all layers'}, median), ${scenario}`,
        'ms',
        seek.median,
        large ? LARGE_SEEK_MS : SEEK_MS,
        result,
      ),
      stored,
    ];
  });
}
