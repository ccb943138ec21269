import { expect, test } from 'vitest';
import { lookOf, luminance, PALETTE_NAMES, PALETTES } from '../../../common/figures/looks.ts';

const SLOTS = Array.from({ length: 56 }, (_, slot) => slot);

test('luminance is that of WCAG: of white 1, of black 0, and of a middle grey 0.216', () => {
  expect([luminance('ffffff'), luminance('000000')]).toEqual([1, 0]);
  expect(luminance('808080')).toBeCloseTo(0.21586, 5);
});

test.each(PALETTE_NAMES)('%s: every colour stands out from white paper, printed in grey as well', (name) => {
  for (const colour of PALETTES[name]) expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThan(1.5);
});

test.each(PALETTE_NAMES)('%s: printed in grey, any two groups differ by dash and marker', (name) => {
  const cues = SLOTS.map((slot) => {
    const { dash, marker } = lookOf(name, slot);
    return `${dash.join(' ')} ${marker}`;
  });
  expect(new Set(cues).size).toBe(SLOTS.length);
  for (const slot of SLOTS.slice(0, 6)) {
    const { dash, marker } = lookOf(name, slot);
    const others = SLOTS.slice(0, 7).filter((other) => other !== slot);
    for (const other of others) {
      const look = lookOf(name, other);
      expect([look.dash, look.marker]).not.toEqual([dash, marker]);
      expect(look.dash).not.toEqual(dash);
      expect(look.marker).not.toBe(marker);
    }
  }
});
