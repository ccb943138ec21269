import * as z from 'zod';
import { measureKey } from '../contract/measure-key.ts';
import { CURVE_AXES } from '../curve-axes.ts';
import { SPREAD_NAMES } from '../statistics/spread.ts';
import { SHOWN_THRESHOLD } from '../thresholds.ts';
import { styleGiven } from './style.ts';

/** Names stand in addresses and are names of files. */
export const figureName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'a name has letters, digits, dots, dashes and underscores, and begins with a letter or a digit',
  );

const label = z.string().max(300);

/** A curve that somebody else has published, drawn apart from those that were measured here. */
const reference = z.strictObject({
  label,
  source: label.describe('Where it is from: named in the figure.'),
  /** In the numbers of the axes' measures: shares of 1. */
  points: z
    .array(z.strictObject({ x: z.number(), y: z.number() }))
    .min(1)
    .max(10_000),
});

/** All that decides a figure beside the workspace: what is drawn of which runs, and how. */
export const figureSpecification = z.strictObject({
  name: figureName,
  kind: z.string().max(100).describe('Which kind of figure.'),
  query: z
    .string()
    .max(10_000)
    .default('')
    .describe('The runs, in the query language; all where it is empty.'),
  groupBy: z
    .array(z.string().max(200))
    .max(8)
    .default(['arm'])
    .describe('Keys that the runs of a group have in common; seeds are folded into a mean.'),
  pointBy: z
    .array(z.string().max(200))
    .max(8)
    .default([])
    .describe('Of points: keys by which a group falls into several of them, joined by a line.'),
  x: z
    .union([z.enum(CURVE_AXES), measureKey])
    .default('epoch')
    .describe('What the horizontal axis tells.'),
  measures: z
    .array(measureKey)
    .min(1)
    .max(12)
    .default([{ id: 'testAccuracy', key: '' }])
    .describe('A panel, or a column, each.'),
  threshold: z
    .string()
    .max(40)
    .default(SHOWN_THRESHOLD)
    .describe('The threshold of measures that have one and name none.'),
  spread: z
    .enum([...SPREAD_NAMES, 'none'])
    .default('sd')
    .describe('What is drawn around a mean.'),
  labels: z
    .record(z.string().max(300), label)
    .default({})
    .describe('Other names for groups, by their own; formulas between dollars.'),
  references: z.array(reference).max(20).default([]),
  style: styleGiven.prefault({}),
  options: z.record(z.string(), z.unknown()).default({}).describe('Options of the kind of figure.'),
});
export type FigureSpecification = z.output<typeof figureSpecification>;
export type FigureGiven = z.input<typeof figureSpecification>;
