import * as z from 'zod';
import type { Plot } from './panels.ts';
import { polyline, type Item, type Point } from './scene.ts';
import type { Typesetter } from './typesetter.ts';

const panel = z.int().min(0).max(500).default(0).describe('Which panel it is in, from 0.');

/** What a person may put into panels. */
export const annotationOptions = {
  annotations: z
    .array(
      z.strictObject({
        panel,
        x: z.number(),
        y: z.number(),
        text: z.string().min(1).max(200),
        anchor: z.enum(['start', 'middle', 'end']).default('start'),
        to: z
          .strictObject({ x: z.number(), y: z.number() })
          .optional()
          .describe('Where an arrow from the words points to.'),
      }),
    )
    .max(50)
    .default([])
    .describe(
      'Words at places of a panel, given in the numbers of its axes, with an arrow where one is asked for.',
    ),
  lines: z
    .array(
      z.strictObject({
        panel,
        axis: z.enum(['x', 'y']).describe('The axis on which it stands: x for an upright line.'),
        at: z.number().describe('Where, in the numbers of the axis.'),
        text: z.string().max(200).default(''),
      }),
    )
    .max(50)
    .default([])
    .describe('Lines across a panel at an epoch or a value, with words at their ends.'),
};
type Annotations = z.output<z.ZodObject<typeof annotationOptions>>;

const INK = '404040';
const HEAD = 3.4;

/** Words, arrows and lines that a person has put into a panel. */
export function annotationsOf(
  set: Typesetter,
  plot: Plot,
  index: number,
  { annotations, lines }: Annotations,
): Item[] {
  const { small, axis } = set.style;
  return [
    ...lines
      .filter((line) => line.panel === index)
      .flatMap((line): Item[] => {
        const at = line.axis === 'x' ? plot.across(line.at) : plot.up(line.at);
        const inside =
          line.axis === 'x'
            ? at >= plot.x && at <= plot.x + plot.width
            : at >= plot.y && at <= plot.y + plot.height;
        if (!inside) return [];
        const ends: readonly Point[] =
          line.axis === 'x'
            ? [
                [at, plot.y],
                [at, plot.y + plot.height],
              ]
            : [
                [plot.x, at],
                [plot.x + plot.width, at],
              ];
        const stroke = { colour: INK, width: axis * 1.4, dash: [3, 2] };
        if (line.text === '') return [polyline(ends, stroke)];
        const place =
          line.axis === 'x'
            ? ({ x: at + 2, y: plot.y + small, anchor: 'start' } as const)
            : ({ x: plot.x + plot.width - 1, y: at - 2, anchor: 'end' } as const);
        return [polyline(ends, stroke), set.label(line.text, { ...place, size: small })];
      }),
    ...annotations
      .filter((annotation) => annotation.panel === index)
      .flatMap(({ x, y, text, anchor, to }): Item[] => {
        const [left, base] = plot.at(x, y);
        const label = set.label(text, { x: left, y: base, anchor, size: small });
        return to === undefined
          ? [label]
          : [label, ...arrow(from(label, plot.at(to.x, to.y)), plot.at(to.x, to.y), axis * 1.4)];
      }),
  ];

  /** The place at the edge of the words that is nearest to the arrow's end. */
  function from(
    { width, anchor, x, y }: { width: number; anchor: string; x: number; y: number },
    [toX, toY]: Point,
  ): Point {
    const left = x - { start: 0, middle: width / 2, end: width }[anchor as 'start' | 'middle' | 'end'];
    const across = Math.min(left + width + 1, Math.max(left - 1, toX));
    const beneath = toY > y;
    const beside = toY > y - small && toY < y + small * 0.3;
    return [across, beside ? y - small * 0.3 : beneath ? y + small * 0.3 : y - small * 0.85];
  }
}

function arrow([x, y]: Point, [toX, toY]: Point, width: number): Item[] {
  const length = Math.hypot(toX - x, toY - y);
  if (length < HEAD) return [];
  const [dx, dy] = [(toX - x) / length, (toY - y) / length];
  const [backX, backY] = [toX - dx * HEAD, toY - dy * HEAD];
  const half = HEAD * 0.36;
  return [
    polyline(
      [
        [x, y],
        [backX, backY],
      ],
      { colour: INK, width },
    ),
    {
      kind: 'path',
      segments: [
        ['M', toX, toY],
        ['L', backX - dy * half, backY + dx * half],
        ['L', backX + dy * half, backY - dx * half],
        ['Z'],
      ],
      fill: { colour: INK },
    },
  ];
}
