import type * as z from 'zod';
import { CascadeError } from '../errors.ts';
import type { Table } from '../tables/csv.ts';
import type { Asks, Facts, ShapeName, Shapes } from './data.ts';
import type { Scene } from './scene.ts';
import type { StyleGiven } from './style.ts';
import type { Metrics } from './typesetter.ts';

/** What a drawing is made with, beside the data. */
export interface Drawing {
  metrics: Metrics;
  style: StyleGiven;
  facts: Facts;
}

/**
 * A kind of figure. The page, `cascade figures` and all formats take it from its registry: nothing else knows one by name.
 */
export interface FigureKind {
  id: string;
  title: string;
  /** One sentence: what it shows. */
  description: string;
  shape: ShapeName;
  options: z.ZodObject;
  /** The options that data are collected by. @throws CascadeError INVALID with the option that is not as it must be */
  asks(options: unknown): Asks[ShapeName];
  /**
   * The same for the screen and for every file.
   *
   * @throws CascadeError BAD_STYLE, BAD_AXIS or BAD_LABEL with a sentence for the person who asked for it so
   */
  draw(data: Shapes[ShapeName], options: unknown, drawing: Drawing): Scene;
  /** The numbers that are drawn, each in full. */
  table(data: Shapes[ShapeName], facts: Facts, options: unknown): Table;
  /** The same as text for papers and pages, of a table. @param provenance one line, kept as a comment */
  texts?: Readonly<
    Record<'tex' | 'md', (data: Shapes[ShapeName], facts: Facts, provenance: string) => string>
  >;
}

interface Definition<Shape extends ShapeName, Options extends z.ZodObject & z.ZodType<Asks[Shape]>> {
  id: string;
  title: string;
  description: string;
  /** What it is drawn from: the collector brings data of that shape. */
  shape: Shape;
  options: Options;
  draw(data: Shapes[Shape], options: z.output<Options>, drawing: Drawing): Scene;
  table(data: Shapes[Shape], facts: Facts, options: z.output<Options>): Table;
  texts?: Readonly<Record<'tex' | 'md', (data: Shapes[Shape], facts: Facts, provenance: string) => string>>;
}

export function defineFigure<Shape extends ShapeName, Options extends z.ZodObject & z.ZodType<Asks[Shape]>>(
  kind: Definition<Shape, Options>,
): FigureKind {
  const { id, title, description, shape, options, texts } = kind;
  return {
    id,
    title,
    description,
    shape,
    options,
    draw: (data, given, drawing) => kind.draw(data as Shapes[Shape], parsed(options, given), drawing),
    asks: (given) => parsed(options, given),
    table: (data, facts, given) => kind.table(data as Shapes[Shape], facts, parsed(options, given)),
    ...(texts === undefined
      ? {}
      : {
          texts: {
            tex: (data, facts, provenance) => texts.tex(data as Shapes[Shape], facts, provenance),
            md: (data, facts, provenance) => texts.md(data as Shapes[Shape], facts, provenance),
          },
        }),
  };
}

/** @throws CascadeError INVALID with the option that is not as it must be */
export function parsed<Options extends z.ZodObject>(schema: Options, given: unknown): z.output<Options> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = (issue?.path ?? []).map(String).join('.');
  const where = name === '' ? 'The options of the figure are' : `The figure's option '${name}' is`;
  throw new CascadeError('INVALID', `${where} not as they can be: ${issue?.message ?? 'refused'}.`);
}
