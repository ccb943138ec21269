import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { svgOf } from '../../../common/figures/formats/svg.ts';
import { FIGURE_KINDS } from '../../../common/figures/registry.ts';
import type { Scene } from '../../../common/figures/scene.ts';
import { VENUES } from '../../../common/figures/venues.ts';
import { fontFiles } from '../../../main/figures/fonts.ts';
import { pdfOf } from '../../../main/figures/pdf.ts';
import { has, readPpm, runOn, sceneOf, type Pixels } from './helpers.ts';

const facts = {
  title: 'Shed & excess',
  provenance: '{"runs":["a1b2-s0"]}',
  application: 'cascade-lab 0.1.0',
  date: 1_700_000_000_000,
};

/** Numbers of the page's box: [left, bottom, right, top], in points. */
function pageOf(pdf: Buffer): number[] {
  const found = /\/MediaBox \[([^\]]*)\]/.exec(pdf.toString('latin1'));
  return (found?.[1] ?? '').split(' ').map(Number);
}

/** Kinds of font in the file, and how many files of fonts there are. */
function fontsOf(pdf: Buffer) {
  const text = pdf.toString('latin1');
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
  return {
    trueType: count(/\/Subtype \/CIDFontType2/g),
    embedded: count(/\/FontFile2 \d+/g),
    type3: count(/\/Subtype \/Type3/g),
    type1: count(/\/Subtype \/Type1/g),
    descriptors: count(/\/Type \/FontDescriptor/g),
  };
}

/** What the page's streams say, inflated. */
function contentOf(pdf: Buffer): string {
  const streams: string[] = [];
  for (let at = pdf.indexOf('stream\n'); at !== -1; at = pdf.indexOf('\nstream\n', at)) {
    const start = pdf.indexOf('\n', at + 1) + 1;
    const end = pdf.indexOf('\nendstream', start);
    try {
      streams.push(inflateSync(pdf.subarray(start, end)).toString('latin1'));
    } catch {
      streams.push('');
    }
    at = end;
  }
  return streams.join('\n');
}

test.each(
  VENUES.flatMap(
    ({ id, column, full }) =>
      [
        [id, 'column', column],
        [id, 'full', full],
      ] as const,
  ),
)('%s, %s: the page is as wide as the venue says, to a hundredth of an inch', async (venue, span, width) => {
  const [left = 0, , right = 0] = pageOf(await pdfOf(sceneOf('curves', 0, { venue, span }), facts));
  expect(Math.abs(right - left - width)).toBeLessThan(0.72);
});

test('every font is an embedded TrueType font, in both families, and text is text', async () => {
  for (const venue of ['neurips', 'nature'] as const) {
    const pdf = await pdfOf(sceneOf('curves', 3, { venue }), facts);
    const { trueType, embedded, type3, type1, descriptors } = fontsOf(pdf);
    expect({ type3, type1 }).toEqual({ type3: 0, type1: 0 });
    expect(trueType).toBeGreaterThan(0);
    expect([embedded, descriptors]).toEqual([trueType, trueType]);
    expect(contentOf(pdf)).toMatch(/\[<[0-9a-f]+>[^\]]*\] TJ/);
  }
});

test('provenance, title and date are in the file; the same input gives the same bytes', async () => {
  const scene = sceneOf('curves', 1);
  const [one, other] = [await pdfOf(scene, facts), await pdfOf(scene, facts)];
  expect(one.equals(other)).toBe(true);
  const text = one.toString('latin1');
  expect(text).toContain('({"runs":["a1b2-s0"]})');
  expect(text).toContain('(Shed & excess)');
  expect(text).toContain('D:20231114221320Z');
  const later = await pdfOf(scene, { ...facts, date: facts.date + 1000 });
  expect(later.equals(one)).toBe(false);
});

const DPI = 288;
/** Pixels are compared in squares so wide, a point each: drawers set letters to parts of a pixel, each in its own way. */
const SQUARE = 4;

/** Share of squares whose mean colours differ by over a quarter of the range. */
function difference(one: Pixels, other: Pixels): number {
  // A page that ends within a pixel has one more or less of them.
  expect(one.width).toBe(other.width);
  expect(Math.abs(one.height - other.height)).toBeLessThanOrEqual(1);
  const [columns, rows] = [one.width, Math.min(one.height, other.height)].map((length) =>
    Math.floor(length / SQUARE),
  ) as [number, number];
  let differing = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      if (
        [0, 1, 2].some(
          (channel) => Math.abs(meanOf(one, row, column, channel) - meanOf(other, row, column, channel)) > 64,
        )
      )
        differing++;
  return differing / (rows * columns);
}

function meanOf({ width, rgb }: Pixels, row: number, column: number, channel: number): number {
  let sum = 0;
  for (let down = 0; down < SQUARE; down++)
    for (let across = 0; across < SQUARE; across++)
      sum += rgb[((row * SQUARE + down) * width + column * SQUARE + across) * 3 + channel] as number;
  return sum / SQUARE ** 2;
}

function asDrawnByPoppler(pdf: Buffer): Pixels {
  const folder = runOn(pdf, 'figure.pdf', 'pdftoppm', [
    '-r',
    String(DPI),
    '-singlefile',
    'figure.pdf',
    'figure',
  ]);
  return readPpm(join(folder, 'figure.ppm'));
}

function asDrawnByResvg(scene: Scene): Pixels {
  const image = new Resvg(svgOf(scene, ''), {
    fitTo: { mode: 'zoom', value: DPI / 96 },
    font: { loadSystemFonts: false, fontFiles: fontFiles() },
    background: '#ffffff',
  }).render();
  const rgb = new Uint8Array(image.width * image.height * 3);
  const { pixels } = image;
  for (let at = 0; at < image.width * image.height; at++)
    for (let channel = 0; channel < 3; channel++) rgb[at * 3 + channel] = pixels[at * 4 + channel] as number;
  return { width: image.width, height: image.height, rgb };
}

describe.skipIf(!has('pdftoppm'))('drawn by poppler (pdftoppm)', () => {
  test.each(FIGURE_KINDS.map(({ id }) => id))('%s: the PDF looks as the SVG does', async (kind) => {
    const scene = sceneOf(kind, 1, { venue: 'icml', markers: true });
    const svg = asDrawnByResvg(scene);
    const pdf = asDrawnByPoppler(await pdfOf(scene, facts));
    expect(difference(svg, pdf)).toBeLessThan(0.001);
  });

  test('a picture moved by two points is seen to be another', async () => {
    const scene = sceneOf('curves', 1, { venue: 'icml' });
    const svg = asDrawnByResvg(scene);
    const moved = scene.items.map((item) => (item.kind === 'label' ? { ...item, x: item.x + 2 } : item));
    const pdf = asDrawnByPoppler(await pdfOf({ ...scene, items: moved }, facts));
    expect(difference(svg, pdf)).toBeGreaterThan(0.01);
  });
});
