import type { FontFamily } from './scene.ts';

/** What a conference or a journal asks of a figure. */
export interface Venue {
  id: string;
  title: string;
  /** Widths in points of 1/72 inch: of a column, and of the whole page where the text has two columns. */
  column: number;
  full: number;
  family: FontFamily;
  /** Sizes of the font in points: titles of axes and legends, and marks of axes. */
  size: number;
  small: number;
  /** The greatest height, in points. */
  most: number;
}

const inch = (inches: number): number => inches * 72;
const millimetre = (length: number): number => (length * 72) / 25.4;

const serif = { family: 'serif', most: inch(9) } as const;

/** The venues, by the text widths of their templates. */
export const VENUES = [
  { id: 'neurips', title: 'NeurIPS', column: inch(5.5), full: inch(5.5), size: 9, small: 7, ...serif },
  { id: 'iclr', title: 'ICLR', column: inch(5.5), full: inch(5.5), size: 9, small: 7, ...serif },
  { id: 'icml', title: 'ICML', column: inch(3.25), full: inch(6.75), size: 8, small: 6, ...serif },
  { id: 'uai', title: 'UAI', column: inch(3.25), full: inch(6.75), size: 8, small: 6, ...serif },
  { id: 'aistats', title: 'AISTATS', column: inch(3.25), full: inch(6.75), size: 8, small: 6, ...serif },
  { id: 'cvpr', title: 'CVPR', column: inch(3.25), full: inch(6.875), size: 8, small: 6, ...serif },
  { id: 'aaai', title: 'AAAI', column: inch(3.3), full: inch(6.975), size: 8, small: 7, ...serif },
  { id: 'eccv', title: 'ECCV', column: inch(4.8), full: inch(4.8), size: 8, small: 7, ...serif },
  { id: 'jmlr', title: 'JMLR', column: inch(6), full: inch(6), size: 9, small: 8, ...serif },
  { id: 'tmlr', title: 'TMLR', column: inch(6.5), full: inch(6.5), size: 9, small: 8, ...serif },
  { id: 'ieee', title: 'IEEE', column: inch(3.5), full: inch(7.16), size: 8, small: 7, ...serif },
  { id: 'acm', title: 'ACM sigconf', column: inch(3.337), full: inch(7.006), size: 8, small: 7, ...serif },
  {
    id: 'nature',
    title: 'Nature',
    column: millimetre(89),
    full: millimetre(183),
    size: 7,
    small: 6,
    family: 'sans',
    most: millimetre(170),
  },
] as const satisfies readonly Venue[];

export type VenueId = (typeof VENUES)[number]['id'];
export const VENUE_IDS = VENUES.map(({ id }) => id) as [VenueId, ...VenueId[]];

export function venueOf(id: VenueId): Venue {
  return VENUES.find((venue) => venue.id === id) as Venue;
}
