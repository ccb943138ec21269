import type { Anchor, FontFamily, Label } from './scene.ts';
import { LEAST_SIZE, type Style } from './style.ts';
import { parseLabel, type TextRun } from './text.ts';

/** The widths of fonts, from the very files that are embedded. */
export interface Metrics {
  /** Width of a text at size 1, with kerning. */
  width(text: string, family: FontFamily, bold: boolean, italic: boolean): number;
}

interface LabelAsked {
  x: number;
  y: number;
  anchor?: Anchor;
  size?: number;
  bold?: boolean;
  colour?: string;
  upright?: boolean;
}

/** Sets lines of text of one figure: in its font, with known widths. */
export class Typesetter {
  readonly #metrics: Metrics;
  readonly #known = new Map<string, TextRun[]>();
  readonly style: Style;

  constructor(metrics: Metrics, style: Style) {
    this.#metrics = metrics;
    this.style = style;
  }

  /** @param source in the language of labels: see `parseLabel` */
  label(source: string, asked: LabelAsked): Label {
    const { size = this.style.size, bold = false } = asked;
    return {
      kind: 'label',
      source,
      runs: this.#runs(source, size, bold),
      x: asked.x,
      y: asked.y,
      anchor: asked.anchor ?? 'start',
      size,
      width: this.width(source, size, bold),
      family: this.style.family,
      colour: asked.colour ?? '000000',
      upright: asked.upright ?? false,
    };
  }

  width(source: string, size = this.style.size, bold = false): number {
    const { family } = this.style;
    return this.#runs(source, size, bold).reduce(
      (sum, run) => sum + this.#metrics.width(run.text, family, run.bold, run.italic) * run.scale * size,
      0,
    );
  }

  /** The pieces of a text; scripts are not smaller than publishers allow either. */
  #runs(source: string, size: number, bold: boolean): TextRun[] {
    const key = `${size} ${bold} ${source}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const runs = parseLabel(source, bold).map((run) => ({
      ...run,
      scale: Math.min(1, Math.max(run.scale, LEAST_SIZE / size)),
    }));
    this.#known.set(key, runs);
    return runs;
  }

  /**
   * Lines of at most the width, broken between words and never within formulas. A word that is wider is broken after its dots,
   * dashes and the like; a part that is wider still stands alone.
   */
  wrap(source: string, width: number, size = this.style.size): string[] {
    const words = source.match(/(?:\$[^$]*\$|\\\$|[^\s$])+/g) ?? [];
    const lines: string[] = [];
    for (const word of words)
      this.#parts(word, width, size).forEach((part, index) => {
        const between = index === 0 ? ' ' : '';
        const longer = lines.length === 0 ? part : `${lines.at(-1)}${between}${part}`;
        if (lines.length > 0 && this.width(longer, size) <= width) lines[lines.length - 1] = longer;
        else lines.push(part);
      });
    return lines;
  }

  #parts(word: string, width: number, size: number): string[] {
    if (word.includes('$') || this.width(word, size) <= width) return [word];
    return word.split(/(?<=[._/-])/);
  }
}

/** From one line's baseline to the next, by the size of the font. */
export const LINE_HEIGHT = 1.18;
