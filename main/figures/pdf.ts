import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import type { Item, Label, Path, Scene, Segment } from '../../common/figures/scene.ts';
import { fontFile } from './fonts.ts';

/** What is written into a PDF beside the drawing. */
export interface PdfFacts {
  title: string;
  /** One line: where its numbers are from. */
  provenance: string;
  application: string;
  /** Milliseconds since 1970. It stands in the file, so the same figure has the same bytes only with the same date. */
  date: number;
}

/** A scene as PDF: vectors, and text as text in embedded TrueType fonts. The same scene and facts give the same bytes. */
export async function pdfOf(scene: Scene, facts: PdfFacts): Promise<Buffer> {
  const { title, provenance, application, date } = facts;
  const time = new Date(date);
  const document = new PDFDocument({
    size: [scene.width, scene.height],
    margin: 0,
    compress: true,
    lang: 'en',
    displayTitle: true,
    // No font but those that the figure uses: by itself pdfkit would name Helvetica without embedding it.
    font: fontFile('sans', false, false),
    info: {
      Title: title,
      Subject: scene.description,
      Keywords: provenance,
      Creator: application,
      Producer: 'pdfkit',
      CreationDate: time,
      ModDate: time,
    },
  });
  const bytes = buffer(document);
  for (const item of scene.items) draw(document, item);
  document.end();
  return bytes;
}

function draw(document: PDFDocument, item: Item): void {
  switch (item.kind) {
    case 'path':
      drawPath(document, item);
      return;
    case 'label':
      drawLabel(document, item);
      return;
    case 'clip':
      document.save();
      document.rect(item.x, item.y, item.width, item.height).clip();
      for (const inner of item.items) draw(document, inner);
      document.restore();
  }
}

function drawPath(document: PDFDocument, { segments, stroke, fill }: Path): void {
  if (segments.length === 0) return;
  for (const segment of segments) drawSegment(document, segment);
  if (fill !== undefined) document.fillColor(`#${fill.colour}`).fillOpacity(fill.opacity ?? 1);
  if (stroke !== undefined) {
    document.lineWidth(stroke.width).lineJoin('round');
    document.strokeColor(`#${stroke.colour}`).strokeOpacity(stroke.opacity ?? 1);
    if (stroke.dash === undefined || stroke.dash.length === 0) document.undash();
    else document.dash(stroke.dash);
  }
  if (fill !== undefined && stroke !== undefined) document.fillAndStroke();
  else if (fill !== undefined) document.fill();
  else document.stroke();
}

function drawSegment(document: PDFDocument, segment: Segment): void {
  switch (segment[0]) {
    case 'M':
      document.moveTo(segment[1], segment[2]);
      return;
    case 'L':
      document.lineTo(segment[1], segment[2]);
      return;
    case 'C':
      document.bezierCurveTo(segment[1], segment[2], segment[3], segment[4], segment[5], segment[6]);
      return;
    case 'Z':
      document.closePath();
  }
}

function drawLabel(document: PDFDocument, label: Label): void {
  const { x, y, anchor, width, size, family, colour, runs, upright } = label;
  const before = { start: 0, middle: width / 2, end: width }[anchor];
  document.save();
  if (upright) document.rotate(-90, { origin: [x, y] });
  document.fillColor(`#${colour}`).fillOpacity(1);
  let at = x - before;
  for (const { text, bold, italic, scale, raise } of runs) {
    document.font(fontFile(family, bold, italic)).fontSize(size * scale);
    document.text(text, at, y - raise * size, { lineBreak: false, baseline: 'alphabetic' });
    at += document.widthOfString(text);
  }
  document.restore();
}
