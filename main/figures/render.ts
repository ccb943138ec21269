import type { DrawnFigure } from '../../common/contract/figure-schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import type { FigureFormat } from '../../common/figures/formats/names.ts';
import { pgfOf } from '../../common/figures/formats/pgf.ts';
import { svgOf } from '../../common/figures/formats/svg.ts';
import { provenanceOf, type Provenance } from '../../common/figures/provenance.ts';
import { figureKind } from '../../common/figures/registry.ts';
import type { Scene } from '../../common/figures/scene.ts';
import type { FigureSpecification } from '../../common/figures/specification.ts';
import { encodeCsv } from '../../common/tables/csv.ts';
import type { Collected } from './collect/collect.ts';
import { dataHashOf } from './data-hash.ts';
import { fontMetrics } from './fonts.ts';
import { pdfOf } from './pdf.ts';
import { pngOf } from './png.ts';

/** A figure with the numbers that it is drawn from. */
export interface Rendered {
  figure: FigureSpecification;
  collected: Collected;
  /** Name and version of the application. */
  application: string;
  /** Milliseconds since 1970, which formats with a date tell: that of the figure, not of the drawing. */
  date: number;
}

const metrics = fontMetrics();

/** What the page shows, which is the SVG file. */
export function drawFigure(rendered: Rendered): DrawnFigure {
  const { scene, provenance } = drawn(rendered);
  const { width, height } = scene;
  const { data } = rendered.collected;
  const panels = Array.isArray(data) ? data.length : 1;
  return { svg: svgOf(scene, JSON.stringify(provenance)), width, height, panels, provenance };
}

/** A file of the figure. The same numbers, style and date give the same bytes. */
export async function figureFile(
  rendered: Rendered,
  format: FigureFormat,
  dpi: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await WRITERS[format](rendered, dpi));
}

const WRITERS: Record<FigureFormat, (rendered: Rendered, dpi: number) => Buffer | Promise<Buffer>> = {
  svg: (rendered) => Buffer.from(drawFigure(rendered).svg),
  pdf: (rendered) => {
    const { scene, provenance } = drawn(rendered);
    const { figure, application, date } = rendered;
    return pdfOf(scene, { title: figure.name, provenance: JSON.stringify(provenance), application, date });
  },
  png: (rendered, dpi) => {
    const { svg, width, provenance } = drawFigure(rendered);
    const texts = { Title: rendered.figure.name, Provenance: JSON.stringify(provenance) };
    return pngOf(svg, width, dpi, texts);
  },
  pgf: (rendered) => {
    const { scene, provenance } = drawn(rendered);
    return Buffer.from(pgfOf(scene, JSON.stringify(provenance)));
  },
  csv: (rendered) => {
    const { figure, collected } = rendered;
    const { columns, rows } = figureKind(figure.kind).table(collected.data, collected.facts, figure.options);
    const hash = dataHashOf(collected);
    return Buffer.from(
      encodeCsv({ columns: [...columns, 'data_hash'], rows: rows.map((row) => [...row, hash]) }),
    );
  },
  json: (rendered) => {
    const { figure, collected } = rendered;
    const document = { specification: figure, provenance: factsOf(rendered), data: collected.data };
    return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
  },
  tex: (rendered) => textOf(rendered, 'tex'),
  md: (rendered) => textOf(rendered, 'md'),
};

function textOf(rendered: Rendered, format: 'tex' | 'md'): Buffer {
  const { figure, collected } = rendered;
  const { texts, title } = figureKind(figure.kind);
  if (texts === undefined)
    throw new CascadeError(
      'INVALID',
      `${title} has no ${format} file: choose pdf, svg, png, pgf, csv or json, or the kind 'table'.`,
    );
  return Buffer.from(texts[format](collected.data, collected.facts, JSON.stringify(factsOf(rendered))));
}

function factsOf({ figure, collected, application }: Rendered): Provenance {
  return provenanceOf(figure, collected.data, collected.facts, application, dataHashOf(collected));
}

function drawn(rendered: Rendered): { scene: Scene; provenance: Provenance } {
  const { figure, collected } = rendered;
  const { data, facts } = collected;
  const scene = figureKind(figure.kind).draw(data, figure.options, { metrics, style: figure.style, facts });
  return { scene, provenance: factsOf(rendered) };
}
