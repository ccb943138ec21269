import * as z from 'zod';
import { CascadeError } from '../errors.ts';
import { PALETTE_NAMES, type PaletteName } from './looks.ts';
import type { FontFamily } from './scene.ts';
import { VENUE_IDS, venueOf } from './venues.ts';

/** The golden section: height by width of a figure of one panel. */
const SHAPE = 0.618;
/** Publishers' least size of a text. */
export const LEAST_SIZE = 5;

export const LEGEND_SORTS = ['runs', 'name', 'value'] as const;
export type LegendSort = (typeof LEGEND_SORTS)[number];

/** How a figure looks, as it is saved. What is left out comes from the venue. Lengths in points of 1/72 inch. */
export const styleGiven = z.strictObject({
  venue: z.enum(VENUE_IDS).default('neurips').describe('Whose widths, font and sizes it has.'),
  span: z
    .enum(['column', 'full'])
    .default('column')
    .describe('As wide as a column, or as the text of a page with two columns.'),
  width: z.number().min(72).max(1440).optional().describe('Its width in points of 1/72 inch.'),
  height: z.number().min(48).max(1440).optional().describe('Its height in points of 1/72 inch.'),
  family: z.enum(['sans', 'serif']).optional().describe('Arial’s widths, or those of Times New Roman.'),
  size: z.number().min(LEAST_SIZE).max(24).optional().describe('Size of titles and legends, in points.'),
  small: z.number().min(LEAST_SIZE).max(24).optional().describe('Size of the marks of axes, in points.'),
  axis: z.number().min(0.1).max(3).default(0.5).describe('Width of axes, in points.'),
  line: z.number().min(0.1).max(6).default(1).describe('Width of lines, in points.'),
  palette: z.enum(PALETTE_NAMES).default('okabe-ito').describe('Its colours.'),
  legend: z
    .enum(['top', 'bottom', 'direct', 'none'])
    .default('top')
    .describe('Where the groups are named: above or below the panels, or beside their lines.'),
  markers: z.boolean().default(false).describe('Whether lines have markers on their points.'),
  sort: z
    .enum(LEGEND_SORTS)
    .default('runs')
    .describe('In which order the legend names groups: as their runs come, by name, or by their last value.'),
  titles: z
    .array(z.string().max(300))
    .max(60)
    .default([])
    .describe('Titles of the panels in their order; an empty one is that of the data.'),
  letters: z.boolean().default(true).describe('Whether several panels are called (a), (b) and so on.'),
});
export type StyleGiven = z.input<typeof styleGiven>;

/** The same with everything known. */
export interface Style {
  width: number;
  height: number;
  family: FontFamily;
  size: number;
  small: number;
  axis: number;
  line: number;
  palette: PaletteName;
  legend: 'top' | 'bottom' | 'direct' | 'none';
  markers: boolean;
  sort: LegendSort;
  titles: readonly string[];
  letters: boolean;
  /** How much higher it may become where a legend beside several panels needs room. */
  room: number;
}

/**
 * @param rows rows of panels over one another, and columns side by side: the height follows, unless it is given
 * @throws CascadeError BAD_STYLE where the venue allows no such height
 */
export function styleOf(given: StyleGiven, { rows = 1, columns = 1 } = {}): Style {
  const { venue: id, span, ...own } = styleGiven.parse(given);
  const venue = venueOf(id);
  const width = own.width ?? venue[span === 'full' ? 'full' : 'column'];
  // A panel of a narrow figure would be lower than its axis needs: its height is that of two thirds of the whole width at least.
  const panel = Math.max((SHAPE * width) / columns, Math.min(SHAPE * width, 110));
  const height = own.height ?? Math.min(venue.most, panel * rows);
  if (height > venue.most)
    throw new CascadeError(
      'BAD_STYLE',
      `${venue.title} allows a height of ${venue.most.toFixed(0)} points at most, not ${height.toFixed(0)}: give less, or another venue.`,
    );
  return {
    ...own,
    width,
    height,
    family: own.family ?? venue.family,
    size: own.size ?? venue.size,
    small: own.small ?? Math.min(venue.small, own.size ?? venue.size),
    room: own.height === undefined && rows * columns > 1 ? venue.most - height : 0,
  };
}
