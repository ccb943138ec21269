import { ACTIVE, FREED, INERT, PRUNED, SHED, WEIGHT_STATES } from '../cascade/composition.ts';
import type { Box, Item, Path, Segment } from './scene.ts';

/** Colours of the states of weights: those of the window on white paper, and nothing else has them. */
export const STATE_COLOURS: readonly string[] = ['0072b2', 'e69f00', 'd55e00', '7a3e9d', 'c9ced6'];
/** A pruned part is pale with an outline. */
const PALE = 'eef0f2';
const HOLLOW = '79828f';

/** From the bottom of a square to its top: what is alive lies below, what is gone above. */
const STACK = [ACTIVE, FREED, SHED, INERT, PRUNED] as const;

/** Shapes of one state, drawn as few paths as there can be. */
export class StateMarks {
  readonly #segments: Segment[][] = WEIGHT_STATES.map(() => []);

  /** A square whose weights are in states by these shares, stacked from its bottom. */
  square({ x, y, width, height }: Box, shares: readonly number[]): void {
    let filled = 0;
    for (const state of STACK) {
      const part = Math.min(1 - filled, Math.max(0, shares[state] ?? 0));
      // What is thinner than a hair is not seen, and would double the file; what was not measured is no number.
      if (!(part * height >= 0.02)) continue;
      const top = y + height * (1 - filled - part);
      this.part(state, { x, y: top, width, height: height * part });
      filled += part;
    }
  }

  /** A part in one state with the second cue that tells it in grey: see `cueOf`. */
  part(state: number, box: Box): void {
    this.#segments[state]?.push(...cueOf(state, box));
  }

  items(): Item[] {
    return this.#segments.flatMap((segments, state): Path[] => {
      if (segments.length === 0) return [];
      const look =
        state === PRUNED
          ? { fill: { colour: PALE }, stroke: { colour: HOLLOW, width: 0.25 } }
          : { fill: { colour: STATE_COLOURS[state] as string } };
      return [{ kind: 'path', segments, ...look }];
    });
  }
}

/** Outline of a state: freed with a rising edge, shed with a notch, inert with a stripe across it, pruned hollow, active plain. */
function cueOf(state: number, { x, y, width, height }: Box): Segment[] {
  const [right, bottom] = [x + width, y + height];
  if (state === FREED)
    return closed([x, y + Math.min(height / 2, width / 2.4)], [right, y], [right, bottom], [x, bottom]);
  if (state === SHED) {
    const [left, depth] = [width / 3, Math.min(height / 2, width / 3)];
    return closed(
      [x, y],
      [x + left, y],
      [x + left, y + depth],
      [right - left, y + depth],
      [right - left, y],
      [right, y],
      [right, bottom],
      [x, bottom],
    );
  }
  if (state === INERT) {
    const [across, down] = [width * 0.18, height * 0.18];
    return [
      ...closed([x, y], [right - across, y], [x, bottom - down]),
      ...closed([right, y + down], [right, bottom], [x + across, bottom]),
    ];
  }
  return closed([x, y], [right, y], [right, bottom], [x, bottom]);
}

function closed(...points: readonly (readonly [number, number])[]): Segment[] {
  return [...points.map(([x, y], index): Segment => [index === 0 ? 'M' : 'L', x, y]), ['Z']];
}
