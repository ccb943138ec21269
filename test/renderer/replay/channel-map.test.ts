import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVE, PRUNED, SHED, WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import {
  channelAt,
  channelBeside,
  layoutChannels,
  placeOf,
} from '../../../renderer/replay/channel-layout.ts';
import { rasterizeLayer } from '../../../renderer/replay/channel-raster.ts';

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
    rasterizeLayer(pixels, 4, layout, 0, composition, PALETTE);
    const column = [0, 1, 2, 3].map((row) => pixels[row * 4]);
    expect(column).toEqual([5, 3, 1, 0]);
    expect(pixels[3]).toBe(0);
  });
});
