import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVE, PRUNED, SHED, WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import {
  channelAt,
  channelBeside,
  layoutChannels,
  placeOf,
} from '../../../renderer/replay/channel-layout.ts';
import { ChannelRaster } from '../../../renderer/replay/channel-raster.ts';

const ROOM = { width: 400, height: 200, gap: 10, least: 20, largest: 20 };
const PALETTE = { states: [1, 2, 3, 4, 5], background: 0, hollow: 9 };

describe('the map of channels', () => {
  it('fits all layers into its room and finds every channel where it drew it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 }), (channels) => {
        const layout = layoutChannels(channels, ROOM);
        expect(layout.width <= ROOM.width || layout.cell === 1).toBe(true);
        channels.forEach((count, layer) => {
          for (const channel of [0, count - 1]) {
            const place = placeOf(layout, layer, channel)!;
            expect(channelAt(layout, place.x, place.y)).toEqual({ layer, channel });
            expect(place.y + layout.cell).toBeLessThanOrEqual(ROOM.height);
          }
        });
      }),
    );
  });

  it('is gone through with keys, and every channel is reached', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), (channels) => {
        const layout = layoutChannels(channels, { ...ROOM, height: 60 });
        const reached = new Set<string>();
        const open = [{ layer: 0, channel: 0 }];
        for (let place = open.pop(); place; place = open.pop()) {
          const name = `${place.layer} ${place.channel}`;
          expect(placeOf(layout, place.layer, place.channel)).not.toBeNull();
          if (reached.has(name)) continue;
          reached.add(name);
          for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])
            open.push(channelBeside(layout, place, key)!);
        }
        expect(reached.size).toBe(channels.reduce((sum, count) => sum + count, 0));
      }),
    );
    const layout = layoutChannels([3, 40], ROOM);
    expect(channelBeside(layout, { layer: 1, channel: 0 }, 'End')).toEqual({ layer: 1, channel: 39 });
    expect(channelBeside(layout, { layer: 1, channel: 39 }, 'PageUp')).toEqual({ layer: 0, channel: 0 });
    expect(channelBeside(layout, { layer: 0, channel: 0 }, 'x')).toBeNull();
  });

  it('answers nothing beside the channels', () => {
    const layout = layoutChannels([3], ROOM);
    expect(channelAt(layout, layout.cell * 2, 0)).toBeNull();
    expect(channelAt(layout, 0, layout.cell * 3)).toBeNull();
    expect(channelAt(layout, 0, -1)).toBeNull();
  });

  it('fills a cell from below by its shares', () => {
    const layout = { cell: 4, rows: 1, layers: [{ x: 0, columns: 1, channels: 1, width: 4 }], width: 4 };
    const composition = new Float32Array(WEIGHT_STATES.length);
    composition[ACTIVE] = 1 / 3;
    composition[SHED] = 1 / 3;
    composition[PRUNED] = 1 / 3;
    const pixels = new Uint32Array(16);
    new ChannelRaster().draw(pixels, 4, layout, [composition], PALETTE);
    const column = [0, 1, 2, 3].map((row) => pixels[row * 4]);
    expect(column).toEqual([5, 3, 1, 0]);
    expect(pixels[3]).toBe(0);
  });

  const shares = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  const composition = (cells: readonly number[][]): Float32Array => {
    const values = new Float32Array(WEIGHT_STATES.length * cells.length);
    cells.forEach((cell, channel) => {
      const sum = cell.reduce((total, share) => total + share, 0) || 1;
      cell.forEach((share, state) => (values[state * cells.length + channel] = share / sum));
    });
    return values;
  };

  it('looks after a step as if it were drawn whole, and only cells that look otherwise are recoloured', () => {
    const cells = fc.array(shares, { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cells, cells), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(3, 9, 20),
        (moments, largest) => {
          const room = { width: 120, height: 40, gap: 4, least: 6, largest };
          const layout = layoutChannels([7, 7], room);
          const kept = new Uint32Array(120 * 40);
          const raster = new ChannelRaster();
          let before: Uint32Array | null = null;
          for (const moment of moments) {
            const compositions = moment.map(composition);
            const recoloured = raster.draw(kept, 120, layout, compositions, PALETTE);
            const whole = new Uint32Array(120 * 40);
            const all = new ChannelRaster().draw(whole, 120, layout, compositions, PALETTE);
            expect(kept).toEqual(whole);
            expect(all).toBe(14);
            // The same once more is no work; a cell whose pixels differ was recoloured.
            expect(raster.draw(kept, 120, layout, compositions, PALETTE)).toBe(0);
            const differ = [0, 1].flatMap((layer) =>
              Array.from({ length: 7 }, (_, channel) => placeOf(layout, layer, channel)!).filter(({ x, y }) =>
                Array.from({ length: layout.cell ** 2 }, (_, at) => {
                  const pixel = (y + Math.floor(at / layout.cell)) * 120 + x + (at % layout.cell);
                  return before !== null && before[pixel] !== whole[pixel];
                }).some(Boolean),
              ),
            ).length;
            if (before !== null) expect(recoloured).toBeGreaterThanOrEqual(differ);
            before = whole;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('draws no column that does not fit', () => {
    const places = [{ x: 0, columns: 3, channels: 5, width: 12 }];
    const layout = { cell: 4, rows: 2, layers: places, width: 12 };
    // Of three columns of four pixels, the last of them a gap, two and a half fit.
    const pixels = new Uint32Array(10 * 8);
    const cells = Array.from({ length: 5 }, () => [1, 0, 0, 0, 0]);
    expect(new ChannelRaster().draw(pixels, 10, layout, [composition(cells)], PALETTE)).toBe(4);
    for (let row = 0; row < 8; row += 1)
      expect([...pixels.subarray(row * 10 + 7, row * 10 + 10)]).toEqual([0, 0, 0]);
    const whole = new Uint32Array(11 * 8);
    expect(new ChannelRaster().draw(whole, 11, layout, [composition(cells)], PALETTE)).toBe(5);
    expect(whole[8]).toBe(1);
  });

  it('counts a state that rounding left less than nothing of as none', () => {
    const layout = layoutChannels([1], ROOM);
    const draw = (inert: number) => {
      const pixels = new Uint32Array(ROOM.width * ROOM.height);
      new ChannelRaster().draw(pixels, ROOM.width, layout, [Float32Array.of(0.5, 0, 0.5, inert, 0)], PALETTE);
      return pixels;
    };
    expect(draw(-0.4)).toEqual(draw(0));
  });

  it('recolours one cell where one channel changed, and all for another layout, palette or buffer', () => {
    const layout = layoutChannels([40], ROOM);
    const alive = Array.from({ length: 40 }, () => [1, 0, 0, 0, 0]);
    const changed = alive.map((cell, channel) => (channel === 9 ? [0.5, 0, 0.5, 0, 0] : cell));
    const raster = new ChannelRaster();
    const pixels = new Uint32Array(ROOM.width * ROOM.height);
    const draw = (cells: readonly number[][], of = layout, palette = PALETTE, into = pixels) =>
      raster.draw(into, ROOM.width, of, [composition(cells)], palette);
    expect(draw(alive)).toBe(40);
    expect(draw(changed)).toBe(1);
    expect(draw(alive)).toBe(1);
    expect(draw(alive, layoutChannels([40], { ...ROOM, height: 150 }))).toBe(40);
    expect(draw(alive)).toBe(40);
    expect(draw(alive, layout, { ...PALETTE, states: [6, 2, 3, 4, 5] })).toBe(40);
    expect(draw(alive, layout, PALETTE, new Uint32Array(pixels.length))).toBe(40);
    raster.forget();
    expect(draw(alive, layout, PALETTE, pixels)).toBe(40);
  });
});
