import * as z from 'zod';
import { FREED, INERT, PRUNED, SHED, WEIGHT_STATES } from '../../cascade/composition.ts';
import { CascadeError } from '../../errors.ts';
import type { Filmstrip, Frame } from '../data.ts';
import { defineFigure } from '../figure.ts';
import { channelLayout, weightLayout, type FilmLayout } from '../film-layout.ts';
import { layoutLegend, type LegendEntry } from '../legend.ts';
import { rectangle, type Item, type Scene } from '../scene.ts';
import { StateMarks } from '../state-marks.ts';
import { styleOf } from '../style.ts';
import { literal, plainText } from '../text.ts';
import { LINE_HEIGHT, Typesetter } from '../typesetter.ts';

const EDGE = 1;
/** A frame that is smaller shows nothing. */
const LEAST = 16;

const options = z.strictObject({
  view: z
    .enum(['channels', 'weights'])
    .default('channels')
    .describe('The channels of all layers, or the weights of one.'),
  layer: z.string().max(1000).nullable().default(null).describe('The layer whose weights are drawn.'),
  epochs: z
    .array(z.int().min(0))
    .max(12)
    .default([])
    .describe('Epochs side by side; none: five from the first to the last.'),
  accuracy: z.boolean().default(true).describe('Whether the test accuracy stands beneath each frame.'),
});

/** The state of every channel, or of a layer's weights, after chosen epochs: a row for each run. */
export const filmstrip = defineFigure({
  id: 'filmstrip',
  title: 'Filmstrip',
  description:
    'States of all channels, or of a layer’s weights, after chosen epochs side by side; a row for each run.',
  shape: 'frames',
  options,
  draw: (film, given, { metrics, style: asked, facts }) => {
    const rows = Math.max(1, film.rows.length);
    const set = new Typesetter(metrics, styleOf(asked, { rows, columns: Math.max(1, film.epochs.length) }));
    return drawFilm(set, film, given.accuracy, facts.unfinished);
  },
  table: ({ rows, layers, squares, layer, threshold }) => ({
    columns: [
      'run',
      'epoch',
      'layer',
      'square',
      'stands_for',
      'each',
      ...WEIGHT_STATES,
      'threshold',
      'accuracy',
    ],
    rows: rows.flatMap(({ label, runs, frames }) =>
      frames.flatMap((frame) =>
        frame === null
          ? []
          : frame.states.flatMap((states, place) =>
              Array.from({ length: states.length / WEIGHT_STATES.length }, (_, square) => [
                runs[0] ?? label,
                frame.epoch,
                layer ?? layers[place]?.name ?? '',
                square,
                squares.of,
                squares.each,
                ...states.slice(square * WEIGHT_STATES.length, (square + 1) * WEIGHT_STATES.length),
                threshold,
                frame.accuracy,
              ]),
            ),
      ),
    ),
  }),
});

function drawFilm(set: Typesetter, film: Filmstrip, accuracy: boolean, unfinished: number): Scene {
  const { size, small, width } = set.style;
  const line = small * LINE_HEIGHT;
  const columns = Math.max(1, film.epochs.length);
  // Names stand above the rows of frames, where they may be as long as the page is wide.
  const names = film.rows.map(({ label }) => set.wrap(label, width - 4, size));
  const gap = Math.max(4, size * 0.6);
  const frameWidth = (width - 2 * EDGE - gap * (columns - 1)) / columns;
  const captions = accuracy ? 2 : 1;
  const { style } = set;
  const legend = layoutLegend(set, entriesOf(film), notesOf(film, unfinished), width);
  const shown = style.legend !== 'none';
  const legendHeight = shown ? legend.height : 0;
  const rows = Math.max(1, film.rows.length);
  const headHeight = names.reduce((sum, lines) => sum + lines.length * size * LINE_HEIGHT + 2, 0);
  const fixed = 2 * EDGE + legendHeight + headHeight + rows * (captions * line + 6);
  const room = (style.height + style.room - fixed) / rows;
  const layout = layoutOf(film, frameWidth, Math.max(LEAST, Math.min(room, frameWidth * 1.2)));
  if (room < LEAST || frameWidth < LEAST)
    throw new CascadeError(
      'BAD_STYLE',
      `A figure of ${width.toFixed(0)} × ${style.height.toFixed(0)} points has no room for its frames: choose fewer epochs or runs, or make it larger.`,
    );
  const items: Item[] = [];
  let y = EDGE + (style.legend === 'bottom' ? 0 : legendHeight);
  film.rows.forEach(({ frames }, row) => {
    for (const text of names[row] ?? []) {
      y += size * LINE_HEIGHT;
      items.push(set.label(text, { x: EDGE, y: y - size * 0.25 }));
    }
    y += 2;
    frames.forEach((frame, column) => {
      const left = EDGE + column * (frameWidth + gap);
      const inset = (frameWidth - layout.width) / 2;
      items.push(...drawFrame(set, film, frame, layout, { x: left + inset, y }));
      const told = captionsOf(frame, film.epochs[column] ?? 0, accuracy);
      told.forEach((text, index) =>
        items.push(
          set.label(text, {
            x: left + frameWidth / 2,
            y: y + layout.height + 2 + line * index + small,
            anchor: 'middle',
            size: small,
          }),
        ),
      );
    });
    y += layout.height + captions * line + 6;
  });
  const height = Math.max(y + EDGE + (style.legend === 'bottom' ? legendHeight : 0), legendHeight + 2 * EDGE);
  if (shown) items.push(...legend.draw(style.legend === 'bottom' ? y : EDGE));
  const what = film.squares.of === 'channels' ? 'channels of all layers' : `weights of ${film.layer ?? ''}`;
  return {
    width,
    height,
    description: `States of the ${what} after epochs ${film.epochs.join(', ')}: ${film.rows.map(({ label }) => plainText(label)).join('; ')}`,
    items,
  };
}

function layoutOf(film: Filmstrip, width: number, height: number): FilmLayout {
  const [first] = film.layers;
  return film.squares.of === 'weights' && first !== undefined
    ? weightLayout(first, width, height)
    : channelLayout(film.layers, width, height);
}

function drawFrame(
  set: Typesetter,
  film: Filmstrip,
  frame: Frame | null,
  layout: FilmLayout,
  { x, y }: { x: number; y: number },
): Item[] {
  const box = { x, y, width: Math.max(layout.width, 4), height: layout.height };
  if (frame === null) {
    const dash = { colour: '8a8a8a', width: set.style.axis, dash: [2, 2] };
    return [rectangle(box, { stroke: dash })];
  }
  return film.layers.flatMap((_, layer) => {
    const marks = new StateMarks();
    const states = frame.states[layer] ?? [];
    for (let square = 0; square * WEIGHT_STATES.length < states.length; square++) {
      const at = layout.at(layer, square);
      const shares = states.slice(square * WEIGHT_STATES.length, (square + 1) * WEIGHT_STATES.length);
      marks.square({ x: x + at.x, y: y + at.y, width: layout.side, height: layout.side }, shares);
    }
    return marks.items();
  });
}

function captionsOf(frame: Frame | null, epoch: number, accuracy: boolean): string[] {
  if (frame === null) return [`epoch ${epoch}: not recorded`];
  const told = frame.accuracy === null ? [] : [`${(100 * frame.accuracy).toFixed(1)}% correct`];
  return [`epoch ${epoch}`, ...(accuracy ? told : [])];
}

const NAMES: readonly string[] = ['active', 'freed', 'shed', 'inert', 'pruned'];

/** The states that are in it, with the mark that tells each without colour. */
function entriesOf(film: Filmstrip): LegendEntry[] {
  const there = WEIGHT_STATES.map((_, state) =>
    film.rows.some(({ frames }) =>
      frames.some((frame) =>
        frame?.states.some((states) => {
          for (let at = state; at < states.length; at += WEIGHT_STATES.length)
            if ((states[at] ?? 0) > 0) return true;
          return false;
        }),
      ),
    ),
  );
  return [0, FREED, SHED, INERT, PRUNED]
    .filter((state) => there[state] === true)
    .map((state) => ({
      label: state === SHED ? `shed (${literal(`≤ ${film.threshold}`)})` : (NAMES[state] ?? ''),
      sample: (x, y, width) => {
        const side = Math.min(width, 9);
        const marks = new StateMarks();
        marks.part(state, { x: x + width - side, y: y - side / 2, width: side, height: side });
        return marks.items();
      },
    }));
}

function notesOf({ squares, layers, layer }: Filmstrip, unfinished: number): string[] {
  const { of, each } = squares;
  const square =
    of === 'weights'
      ? each === 1
        ? `a square is a weight of ${literal(layer ?? '')}`
        : `a square is up to ${each} × ${each} weights of ${literal(layer ?? '')}, by their shares of states`
      : each === 1
        ? 'a square is a channel, filled by its weights’ shares of states'
        : `a square is up to ${each} channels of a layer, by their weights’ shares of states`;
  const order = of === 'channels' && layers.length > 1 ? ['layers from left to right'] : [];
  const left = unfinished === 0 ? [] : [`${unfinished} unfinished left out`];
  return [[square, ...order, ...left].join('; ')];
}
