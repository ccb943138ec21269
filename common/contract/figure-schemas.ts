import * as z from 'zod';
import type { Provenance } from '../figures/provenance.ts';
import { figureSpecification } from '../figures/specification.ts';

export { FIGURE_FORMATS, type FigureFormat } from '../figures/formats/names.ts';
export { figureName, figureSpecification } from '../figures/specification.ts';

/** A figure that is kept in the workspace. */
export const savedFigure = z.object({
  specification: figureSpecification,
  createdAt: z.number(),
  changedAt: z.number(),
  /** When files of it were written last; null where none were. */
  writtenAt: z.number().nullable(),
});
export type SavedFigure = z.infer<typeof savedFigure>;

export const drawnFigure = z.object({
  /** The file, whole. */
  svg: z.string(),
  /** In points of 1/72 inch. */
  width: z.number(),
  height: z.number(),
  /** Panels, matrices or tables in it. */
  panels: z.number().int(),
  provenance: z.custom<Provenance>((value) => typeof value === 'object' && value !== null),
});
export type DrawnFigure = z.infer<typeof drawnFigure>;

/** 'same': files that were written last have the numbers of now. 'changed': they have others. 'empty': no run is left. */
export const FIGURE_STATES = ['unwritten', 'same', 'changed', 'empty'] as const;
export type FigureState = (typeof FIGURE_STATES)[number];

export const figureCheck = z.object({
  name: z.string(),
  state: z.enum(FIGURE_STATES),
  /** Hash of the numbers as they are now, and of those that were written last. */
  hash: z.string(),
  writtenHash: z.string().nullable(),
  writtenAt: z.number().nullable(),
  /** Finished runs in it, and those that the query means and that have not finished. */
  runs: z.number().int(),
  unfinished: z.number().int(),
});
export type FigureCheck = z.infer<typeof figureCheck>;
