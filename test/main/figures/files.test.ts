import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { pgfOf } from '../../../common/figures/formats/pgf.ts';
import { svgOf } from '../../../common/figures/formats/svg.ts';
import { FIGURE_KINDS } from '../../../common/figures/registry.ts';
import { labelsOf } from '../../../common/figures/scene.ts';
import { pngOf } from '../../../main/figures/png.ts';
import { has, runOn, sceneOf } from './helpers.ts';

/** Chunks of a PNG, each with a right checksum. */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const content = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(content));
    chunks.set(content.subarray(0, 4).toString('latin1'), content.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

test.each([72, 300, 600])('a PNG of %i dpi has as many pixels, says so, and keeps its provenance', (dpi) => {
  const scene = sceneOf('curves', 0, { venue: 'ieee' });
  const png = pngOf(svgOf(scene, ''), scene.width, dpi, { Provenance: '{"τ":1e-4}' });
  const chunks = chunksOf(png);
  expect(chunks.get('IHDR')?.readUInt32BE(0)).toBe(Math.round(3.5 * dpi));
  expect([...chunks.keys()].slice(0, 3)).toEqual(['IHDR', 'pHYs', 'iTXt']);
  const resolution = chunks.get('pHYs');
  expect(resolution?.readUInt32BE(0)).toBe(Math.round(dpi / 0.0254));
  expect(resolution?.readUInt8(8)).toBe(1);
  const text = chunks.get('iTXt') ?? Buffer.alloc(0);
  const body = text.subarray(text.indexOf(0) + 5);
  expect(inflateSync(body).toString()).toBe('{"τ":1e-4}');
  expect(pngOf(svgOf(scene, ''), scene.width, dpi, { Provenance: '{"τ":1e-4}' }).equals(png)).toBe(true);
});

test('an SVG is at true size, asks for nothing from elsewhere, needs no styles, and holds its texts as text', () => {
  const scene = sceneOf('curves', 3, { venue: 'icml' });
  const svg = svgOf(scene, '<runs & more>');
  expect(svg).toContain('width="234pt"');
  expect(svg).toContain('<metadata>&lt;runs &amp; more&gt;</metadata>');
  expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
    /https?:|href|url\((?!#)|\sstyle=|<style|<image|@import/,
  );
  const texts = [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map((found) =>
    found[1]?.replaceAll(/<[^>]*>/g, ''),
  );
  const labels = labelsOf(scene.items).map(({ runs }) => runs.map(({ text }) => text).join(''));
  expect(texts.map((text) => text?.replaceAll('&amp;', '&'))).toEqual(labels);
});

test('in PGF, formulas are those that were written, and everything else is escaped', () => {
  const pgf = pgfOf(sceneOf('curves', 0), 'from\nruns');
  expect(pgf).toContain('layer\\_wise \\& $|w|$, $\\lambda = 10^{-4}$');
  expect(pgf).toContain('Test accuracy (\\% of test images)');
  expect(pgf).toContain('%% from runs\n');
  // TeX reads no number such as 1e-7.
  expect(pgf).not.toMatch(/\de-\d+bp/);
});

describe.skipIf(!has('pdflatex'))('compiled by pdflatex', () => {
  test.each(FIGURE_KINDS.map(({ id }) => id))('%s', (kind) => {
    const scene = sceneOf(kind, 1, { venue: 'icml', markers: true });
    const document = [
      '\\documentclass{article}\\usepackage{pgf}\\begin{document}',
      `\\setbox0=\\hbox{${pgfOf(scene, 'from runs')}}\\typeout{width \\the\\wd0}\\box0`,
      '\\end{document}',
    ].join('\n');
    const folder = runOn(document, 'figure.tex', 'pdflatex', [
      '-interaction=nonstopmode',
      '-halt-on-error',
      'figure.tex',
    ]);
    expect(existsSync(join(folder, 'figure.pdf'))).toBe(true);
  });
});
