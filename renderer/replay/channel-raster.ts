import { ACTIVE, INERT, PRUNED, SHED, FREED } from '../../common/cascade/composition.ts';
import { CUE_SIDE, fillBox, paintState } from './cell-raster.ts';
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
  const { cell, rows } = layout;
  const gap = cell >= 4 ? Math.max(1, Math.round(cell / 10)) : 0;
  const side = cell - gap;
  const cues = side >= CUE_SIDE;
  // Columns that fit; what is beyond them is not drawn.
  const columns = Math.max(0, Math.floor((stride - side - place.x) / cell) + 1);
  const count = Math.min(place.channels, columns * rows);
  const of = (at: number): Float32Array =>
    composition.subarray(STACK[at]! * place.channels, (STACK[at]! + 1) * place.channels);
  const [first, second, third, fourth, fifth] = [of(0), of(1), of(2), of(3), of(4)];
  const tops = new Int32Array(STACK.length);
  const base = side + 1;
  let recoloured = 0;
  // Tens of thousands of channels a step, of which few look otherwise: nothing is called or allocated before that is known.
  for (let channel = 0; channel < count; channel += 1) {
    let share = positive(first[channel]!);
    const one = topOf(share, side, 0);
    share += positive(second[channel]!);
    const two = topOf(share, side, one);
    share += positive(third[channel]!);
    const three = topOf(share, side, two);
    share += positive(fourth[channel]!);
    const four = topOf(share, side, three);
    share += positive(fifth[channel]!);
    const five = topOf(share, side, four);
    const look = (((one * base + two) * base + three) * base + four) * base + five;
    if (reaches[channel] === look) continue;
    reaches[channel] = look;
    recoloured += 1;
    tops[0] = one;
    tops[1] = two;
    tops[2] = three;
    tops[3] = four;
    tops[4] = five;
    const x = place.x + Math.floor(channel / rows) * cell;
    const top = (channel % rows) * cell;
    fillBox(pixels, stride, { x, y: top, width: side, height: side }, palette.background);
    let filled = 0;
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

/** Of a state that a channel has nothing of, rounding may leave less than nothing. */
function positive(part: number): number {
  return part > 0 ? part : 0;
}

/** How high a state reaches in a cell with all below it, and no lower than they do. */
function topOf(share: number, side: number, below: number): number {
  const reach = Math.round(share * side);
  return reach > side ? side : reach > below ? reach : below;
}
