/** What a figure can be written as; the last two only where it is a table. */
export const FIGURE_FORMATS = ['pdf', 'svg', 'png', 'pgf', 'csv', 'json', 'tex', 'md'] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];
