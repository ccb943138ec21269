/** What figures use of pdfkit, which brings no types. Lengths are points of 1/72 inch, y down from the upper left corner. */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream';

  interface Options {
    size: [number, number];
    margin: number;
    /** Deflates streams: the same bytes from the same zlib. */
    compress: boolean;
    info: Record<string, string | Date>;
    lang: string;
    displayTitle: boolean;
    font: string;
  }

  export default class PDFDocument extends Readable {
    constructor(options: Partial<Options>);
    registerFont(name: string, file: string): this;
    font(name: string): this;
    fontSize(size: number): this;
    widthOfString(text: string): number;
    text(text: string, x: number, y: number, options: { lineBreak: false; baseline: 'alphabetic' }): this;
    save(): this;
    restore(): this;
    rotate(degrees: number, options: { origin: [number, number] }): this;
    moveTo(x: number, y: number): this;
    lineTo(x: number, y: number): this;
    bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): this;
    closePath(): this;
    rect(x: number, y: number, width: number, height: number): this;
    clip(): this;
    lineWidth(width: number): this;
    lineJoin(join: 'round'): this;
    dash(length: number | readonly number[], options?: { space?: number }): this;
    undash(): this;
    fillColor(colour: string): this;
    strokeColor(colour: string): this;
    fillOpacity(opacity: number): this;
    strokeOpacity(opacity: number): this;
    fill(): this;
    stroke(): this;
    fillAndStroke(): this;
    end(): void;
  }
}
