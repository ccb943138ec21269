import { describe, expect, test } from 'vitest';
import type { ShapeName, Shapes } from '../../../common/figures/data.ts';
import { FIGURE_KINDS, figureKind } from '../../../common/figures/registry.ts';
import { boxOf, labelsOf, type Box, type Scene } from '../../../common/figures/scene.ts';
import { LEAST_SIZE, type StyleGiven } from '../../../common/figures/style.ts';
import { plainText } from '../../../common/figures/text.ts';
import { VENUES } from '../../../common/figures/venues.ts';
import { fontMetrics } from '../../../main/figures/fonts.ts';
import { accuracy, examples, facts, seriesPanel } from './made-up.ts';

const metrics = fontMetrics();
const LEGENDS = ['top', 'bottom', 'direct', 'none'] as const;

function drawn(kind: string, data: Shapes[ShapeName], style: StyleGiven, options = {}): Scene {
  return figureKind(kind).draw(data, options, { metrics, style, facts });
}

/** How far two boxes lie in one another: 0 where they only touch. */
function overlapOf(one: Box, other: Box): number {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, Math.min(across, down));
}

/** What is wrong with the texts of a scene, a line each. */
function faultsOf(scene: Scene): string[] {
  const labels = labelsOf(scene.items).map((label) => ({
    ...label,
    box: boxOf(label),
    text: plainText(label.source),
  }));
  const outside = labels
    .filter(
      ({ box }) =>
        box.x < -0.01 ||
        box.y < -0.01 ||
        box.x + box.width > scene.width + 0.01 ||
        box.y + box.height > scene.height + 0.01,
    )
    .map(({ text }) => `'${text}' leaves the page`);
  const touching = labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter((other) => overlapOf(one.box, other.box) > 0.3)
      .map((other) => `'${one.text}' and '${other.text}' overlap`),
  );
  // A script is smaller than the text that it stands in: publishers mean the text.
  const small = labels
    .filter(({ size }) => size < LEAST_SIZE)
    .map(({ text, size }) => `'${text}' has ${size} pt`);
  return [...outside, ...touching, ...small];
}

describe.each(FIGURE_KINDS.map(({ id, shape }) => [id, shape] as const))('%s', (id, shape) => {
  test.each(
    VENUES.flatMap((venue) => (['column', 'full'] as const).map((span) => [venue.id, span] as const)),
  )(
    'in %s, %s wide: texts touch neither each other nor the edge, and the width is the venue’s',
    (venue, span) => {
      const found = VENUES.find((one) => one.id === venue);
      for (const [name, data, options] of examples(shape))
        for (const legend of LEGENDS) {
          const scene = drawn(id, data, { venue, span, legend }, options);
          expect(faultsOf(scene), `${name}, legend ${legend}`).toEqual([]);
          expect(scene.width / 72).toBeCloseTo(found?.[span] === undefined ? NaN : found[span] / 72, 2);
          expect(scene.height).toBeLessThanOrEqual((found?.most ?? 0) + 1e-9);
        }
    },
  );

  test('what is drawn is finite, whatever is missing from the data', () => {
    for (const [name, data, options] of examples(shape)) {
      const text = JSON.stringify(drawn(id, data, {}, options), (_, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
      );
      expect(text, name).not.toContain('not finite');
    }
  });
});

test('overlaps and texts beyond the edge are seen', () => {
  const scene = drawn('curves', examples('series')[0]?.[1] ?? [], {});
  const [first] = labelsOf(scene.items);
  if (first === undefined) throw new Error('no text');
  expect(faultsOf({ ...scene, items: [...scene.items, { ...first, x: first.x + 1 }] })).toHaveLength(1);
  expect(faultsOf({ ...scene, items: [{ ...first, x: -5, anchor: 'start' }] })[0]).toContain(
    'leaves the page',
  );
  expect(faultsOf({ ...scene, items: [{ ...first, size: 4.9 }] })[0]).toContain('4.9 pt');
});

test('the height is the golden section of the width for one panel, and what is given otherwise', () => {
  const one = examples('series')[0]?.[1] ?? [];
  expect(drawn('curves', one, { venue: 'icml' }).height).toBeCloseTo(3.25 * 72 * 0.618, 6);
  expect(drawn('curves', one, { venue: 'icml', height: 200 }).height).toBe(200);
  expect(() => drawn('curves', one, { venue: 'nature', height: 500 })).toThrow(/482 points at most/);
  expect(() => drawn('curves', one, { venue: 'icml', height: 60 })).toThrow(/no room/);
});

test('the same data, options and style give the same scene', () => {
  const [, data, options] = examples('series')[1] ?? [];
  if (data === undefined) throw new Error('no example');
  expect(drawn('curves', data, {}, options)).toEqual(drawn('curves', data, {}, options));
});

test('an axis of epochs has no marks between whole epochs', () => {
  const panel = seriesPanel(accuracy, 2, 4);
  const texts = labelsOf(drawn('curves', [panel], { venue: 'tmlr' }).items).map(({ source }) => source);
  expect(texts.filter((text) => /^[\d.]+$/.test(text) && Number(text) <= 4 && text.includes('.'))).toEqual(
    [],
  );
  expect(texts).toEqual(expect.arrayContaining(['0', '1', '2', '3', '4']));
});
