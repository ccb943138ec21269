import type * as z from 'zod';
import type { Table } from '../tables/csv.ts';
import type { Facts, ShapeName, Shapes } from './data.ts';
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
  /**
   * The same for the screen and for every file.
   *
   * @throws CascadeError BAD_STYLE, BAD_AXIS or BAD_LABEL with a sentence for the person who asked for it so
   */
  draw(data: Shapes[ShapeName], options: unknown, drawing: Drawing): Scene;
  /** The numbers that are drawn, each in full. */
  table(data: Shapes[ShapeName], facts: Facts): Table;
}

interface Definition<Shape extends ShapeName, Options extends z.ZodObject> {
  id: string;
  title: string;
  description: string;
  /** What it is drawn from: the collector brings data of that shape. */
  shape: Shape;
  options: Options;
  draw(data: Shapes[Shape], options: z.output<Options>, drawing: Drawing): Scene;
  table(data: Shapes[Shape], facts: Facts): Table;
}

export function defineFigure<Shape extends ShapeName, Options extends z.ZodObject>(
  kind: Definition<Shape, Options>,
): FigureKind {
  return {
    ...kind,
    draw: (data, options, drawing) => kind.draw(data as Shapes[Shape], kind.options.parse(options), drawing),
    table: (data, facts) => kind.table(data as Shapes[Shape], facts),
  };
}
