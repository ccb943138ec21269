import { ACTIVE, INERT, PRUNED, SHED, FREED } from '../../common/cascade/composition.ts';
import { CUE_SIDE, paintState } from './cell-raster.ts';
import type { ChannelLayout } from './channel-layout.ts';
import type { Palette } from './palette.ts';

/** From the bottom of a cell to its top: what is alive lies below, what is gone above. */
const STACK = [ACTIVE, FREED, SHED, INERT, PRUNED] as const;

/** Fills the cells of one layer by the shares of its channels' states (`composition`: [5 × channels]). */
export function rasterizeLayer(
  pixels: Uint32Array,
  stride: number,
  layout: ChannelLayout,
  layer: number,
  composition: Float32Array,
  palette: Palette,
): void {
  const place = layout.layers[layer];
  if (!place) return;
  const gap = layout.cell >= 4 ? Math.max(1, Math.round(layout.cell / 10)) : 0;
  const side = layout.cell - gap;
  const cues = side >= CUE_SIDE;
  const { channels } = place;
  for (let channel = 0; channel < channels; channel += 1) {
    const x = place.x + Math.floor(channel / layout.rows) * layout.cell;
    const top = (channel % layout.rows) * layout.cell;
    if (x + side > stride) break;
    let share = 0;
    let filled = 0;
    for (const state of STACK) {
      const part = composition[state * channels + channel]!;
      if (part <= 0) continue;
      share += part;
      const reaches = Math.min(side, Math.round(share * side));
      const height = reaches - filled;
      if (height <= 0) continue;
      paintState(pixels, stride, { x, y: top + side - reaches, width: side, height }, state, palette, cues);
      filled = reaches;
    }
  }
}
