import { ACTIVE, FREED, INERT, PRUNED, SHED } from '../../common/cascade/composition.ts';
import type { Palette } from './palette.ts';
import { mix } from './palette.ts';
import type { TrackColumn } from './tracks.ts';
import { placeOf, type Range } from './zoom.ts';

/** From the bottom of a track to its top, as in the cells of the map. */
const STACK = [ACTIVE, FREED, SHED, INERT, PRUNED] as const;

/**
 * A track as stacked areas into a buffer of pixels: a step at each epoch that is told, since what was measured after an epoch holds
 * until the next. Inert is hatched and pruned hollow, as everywhere.
 *
 * @param plot pixels from the first epoch of the range to the last; what is right of them shows that one itself
 */
export function paintTrack(
  pixels: Uint32Array,
  size: { width: number; height: number },
  plot: number,
  columns: readonly TrackColumn[],
  range: Range,
  palette: Palette,
): void {
  const { width, height } = size;
  pixels.fill(palette.background);
  const pale = mix(palette.states[PRUNED] ?? palette.background, palette.background, 0.28);
  const xOf = (epoch: number): number => Math.round(placeOf(epoch, range) * plot);
  for (const { from, to, shares } of columns) {
    const left = Math.max(0, xOf(from));
    const right = Math.min(width, Math.max(xOf(to), left + 1));
    let [below, share] = [0, 0];
    for (const state of STACK) {
      share += Math.max(0, shares[state] ?? 0);
      const reach = Math.min(height, Math.round(share * height));
      for (let y = height - reach; y < height - below; y += 1)
        for (let x = left; x < right; x += 1) {
          let pixel = palette.states[state] ?? palette.background;
          if (state === INERT && (x + y) % 4 === 0) pixel = palette.background;
          else if (state === PRUNED) pixel = y === height - below - 1 || y === 0 ? palette.hollow : pale;
          pixels[y * width + x] = pixel;
        }
      below = Math.max(below, reach);
    }
  }
}
