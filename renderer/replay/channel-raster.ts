import { ACTIVE, INERT, PRUNED, SHED, FREED } from '../../common/cascade/composition.ts';
import { CUE_SIDE, paintState } from './cell-raster.ts';
import type { ChannelLayout, LayerPlace } from './channel-layout.ts';
import type { Palette } from './palette.ts';

/** From the bottom of a cell to its top: what is alive lies below, what is gone above. */
const STACK = [ACTIVE, FREED, SHED, INERT, PRUNED] as const;

/**
 * The map of channels in a buffer of pixels that stays from one moment to the next: a step recolours those cells that look
 * otherwise than before, and lays nothing out. Another layout, palette or buffer is drawn whole.
 */
export class ChannelRaster {
  private drawn: { pixels: ArrayBufferLike; layout: ChannelLayout; palette: string } | null = null;
  /** Of each layer and channel: how high its states reach, as one number; −1 where it is not drawn. */
  private reaches: Float64Array[] = [];

  /**
   * @param compositions of each layer the shares of its channels' states, [5 × channels]
   * @returns cells that were recoloured
   */
  draw(
    pixels: Uint32Array,
    stride: number,
    layout: ChannelLayout,
    compositions: readonly Float32Array[],
    palette: Palette,
  ): number {
    const colors = JSON.stringify(palette);
    const { drawn } = this;
    const isSame = drawn?.pixels === pixels.buffer && drawn.layout === layout && drawn.palette === colors;
    if (!isSame) {
      pixels.fill(palette.background);
      this.drawn = { pixels: pixels.buffer, layout, palette: colors };
      this.reaches = layout.layers.map(({ channels }) => new Float64Array(channels).fill(-1));
    }
    let recoloured = 0;
    compositions.forEach((composition, layer) => {
      const place = layout.layers[layer];
      const reaches = this.reaches[layer];
      if (place && reaches)
        recoloured += drawLayer(pixels, stride, layout, place, composition, reaches, palette);
    });
    return recoloured;
  }

  /** What the buffer shows is not known any more. */
  forget(): void {
    this.drawn = null;
  }
}

function drawLayer(
  pixels: Uint32Array,
  stride: number,
  layout: ChannelLayout,
  place: LayerPlace,
  composition: Float32Array,
  reaches: Float64Array,
  palette: Palette,
): number {
  const gap = layout.cell >= 4 ? Math.max(1, Math.round(layout.cell / 10)) : 0;
  const side = layout.cell - gap;
  const cues = side >= CUE_SIDE;
  const { channels } = place;
  const tops = new Int32Array(STACK.length);
  let recoloured = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    const x = place.x + Math.floor(channel / layout.rows) * layout.cell;
    if (x + side > stride) break;
    let share = 0;
    let filled = 0;
    let look = 0;
    for (let at = 0; at < STACK.length; at += 1) {
      const part = composition[STACK[at]! * channels + channel]!;
      if (part > 0) {
        share += part;
        filled = Math.max(filled, Math.min(side, Math.round(share * side)));
      }
      tops[at] = filled;
      look = look * (side + 1) + filled;
    }
    if (reaches[channel] === look) continue;
    reaches[channel] = look;
    recoloured += 1;
    const top = (channel % layout.rows) * layout.cell;
    for (let row = top; row < top + side; row += 1)
      pixels.fill(palette.background, row * stride + x, row * stride + x + side);
    filled = 0;
    for (let at = 0; at < STACK.length; at += 1) {
      const reach = tops[at]!;
      if (reach === filled) continue;
      const box = { x, y: top + side - reach, width: side, height: reach - filled };
      paintState(pixels, stride, box, STACK[at]!, palette, cues);
      filled = reach;
    }
  }
  return recoloured;
}
