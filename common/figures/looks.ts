import { paperColor, RUN_COLORS, type RunLook } from '../run-looks.ts';

/** What a line or a marker of a group looks like: its colour, and the dash and the marker that tell it without colour. */
export interface Look {
  colour: string;
  dash: readonly number[];
  marker: MarkerShape;
}

export type MarkerShape =
  'circle' | 'square' | 'triangle' | 'diamond' | 'inverted' | 'plus' | 'cross' | 'star';

/** Colours that colour-blind readers tell apart. */
export const PALETTES = {
  /** Okabe & Ito (2008), the darker ones first; their yellow F0E442 is weak on white, so F5C710 of R's palette stands for it. */
  'okabe-ito': ['0072b2', 'd55e00', '009e73', 'cc79a7', 'e69f00', '56b4e9', '000000', 'f5c710'],
  /** Tol, 'bright' (personal.sron.nl/~pault), without its grey, and black. */
  'tol-bright': ['4477aa', 'ee6677', '228833', 'aa3377', 'ccbb44', '66ccee', '000000'],
  /** Those of the window, where a figure of its runs has their looks. */
  window: RUN_COLORS.map(({ paper }) => paper),
  /** For print without colour: told by dash and marker alone. */
  grey: ['000000', '5f5f5f', '9a9a9a', '303030', '7d7d7d', 'b0b0b0'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PaletteName = keyof typeof PALETTES;
export const PALETTE_NAMES = Object.keys(PALETTES) as [PaletteName, ...PaletteName[]];

/** Dashes in widths of the line, so that they look alike at every width. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [5, 2],
  [1, 1.6],
  [5, 1.6, 1, 1.6],
  [9, 2.5],
  [5, 1.6, 1, 1.6, 1, 1.6],
  [2.5, 1.4],
];
const MARKERS: readonly MarkerShape[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'inverted',
  'plus',
  'cross',
  'star',
];
/** Of a control, which is drawn in its run's colour. */
export const CONTROL_DASH: readonly number[] = [2.5, 1.8];

/**
 * @param slot from 0: a group has the same one in every figure. Seven dashes and eight markers beside the colours: no two of the
 *   first 56 slots look alike
 */
export function lookOf(palette: PaletteName, slot: number): Look {
  const colours = PALETTES[palette];
  return {
    colour: colours[slot % colours.length] as string,
    dash: DASHES[slot % DASHES.length] as readonly number[],
    marker: MARKERS[slot % MARKERS.length] as MarkerShape,
  };
}

/** A look of the window on paper. */
export function lookOnPaper(look: RunLook): Look {
  return {
    colour: paperColor(look),
    dash: look.dash === 'solid' ? [] : look.dash === 'dashed' ? CONTROL_DASH : [5, 1.6, 1, 1.6],
    marker: look.marker ?? 'circle',
  };
}

/** Relative luminance of a colour, from 0 (black) to 1 (white): WCAG 2. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
