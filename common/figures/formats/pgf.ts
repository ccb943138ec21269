import { latexOf } from '../text.ts';
import type { Item, Label, Path, Scene, Segment } from '../scene.ts';

/** Sets a text no wider than its room: fonts of documents are wider or narrower than those that the figure was laid out with. */
const FIT =
  '\\def\\cascadefit#1#2{\\setbox0=\\hbox{#2}\\ifdim\\wd0>#1\\resizebox{#1}{!}{\\box0}\\else\\box0\\fi}%';
/** How much more than its own width a text may take, as a part of its size: there is that much room around it. */
const SLACK = 0.25;

/**
 * A scene for LaTeX: `\input` it in a document with `\usepackage{pgf}`. Text is set by the document, in its font and in the sizes of
 * the figure, and formulas are its own. A text that the document's font makes wider than its room is set smaller. Lengths are `bp`, which are points of 1/72 inch.
 *
 * @param provenance one line, kept as a comment
 */
export function pgfOf(scene: Scene, provenance: string): string {
  const { width, height, items, description } = scene;
  const colours = new Map<string, string>();
  const body = items.flatMap((item) => linesOf(item, height, colours));
  return [
    `%% ${oneLine(description)}`,
    `%% ${oneLine(provenance)}`,
    '%% Use: \\usepackage{pgf} in the preamble, and \\input{this file} where the figure stands.',
    '\\begingroup',
    FIT,
    '\\begin{pgfpicture}',
    ...[...colours].map(([colour, name]) => `\\definecolor{${name}}{HTML}{${colour.toUpperCase()}}`),
    `\\pgfpathrectangle{\\pgfpointorigin}{${place(width, height)}}`,
    '\\pgfusepath{use as bounding box}',
    '\\pgfsetroundjoin',
    ...body,
    '\\end{pgfpicture}',
    '\\endgroup',
    '',
  ].join('\n');
}

function linesOf(item: Item, height: number, colours: Map<string, string>): string[] {
  switch (item.kind) {
    case 'path':
      return pathLines(item, height, colours);
    case 'label':
      return [labelLine(item, height, colours)];
    case 'clip': {
      const corner = place(item.x, height - item.y - item.height);
      return [
        '\\begin{pgfscope}',
        `\\pgfpathrectangle{${corner}}{${place(item.width, item.height)}}`,
        '\\pgfusepath{clip}',
        ...item.items.flatMap((inner) => linesOf(inner, height, colours)),
        '\\end{pgfscope}',
      ];
    }
  }
}

function pathLines({ segments, stroke, fill }: Path, height: number, colours: Map<string, string>): string[] {
  if (segments.length === 0) return [];
  const uses = [fill === undefined ? null : 'fill', stroke === undefined ? null : 'stroke'];
  return [
    '\\begin{pgfscope}',
    ...(fill === undefined
      ? []
      : [
          `\\pgfsetfillcolor{${nameOf(fill.colour, colours)}}`,
          ...(fill.opacity === undefined ? [] : [`\\pgfsetfillopacity{${fill.opacity}}`]),
        ]),
    ...(stroke === undefined
      ? []
      : [
          `\\pgfsetstrokecolor{${nameOf(stroke.colour, colours)}}`,
          `\\pgfsetlinewidth{${number(stroke.width)}bp}`,
          ...(stroke.opacity === undefined ? [] : [`\\pgfsetstrokeopacity{${stroke.opacity}}`]),
          ...(stroke.dash === undefined || stroke.dash.length === 0
            ? []
            : [`\\pgfsetdash{${stroke.dash.map((length) => `{${number(length)}bp}`).join('')}}{0bp}`]),
        ]),
    ...segments.map((segment) => segmentLine(segment, height)),
    `\\pgfusepath{${uses.filter((use) => use !== null).join(',')}}`,
    '\\end{pgfscope}',
  ];
}

function segmentLine(segment: Segment, height: number): string {
  switch (segment[0]) {
    case 'M':
      return `\\pgfpathmoveto{${place(segment[1], height - segment[2])}}`;
    case 'L':
      return `\\pgfpathlineto{${place(segment[1], height - segment[2])}}`;
    case 'C':
      return `\\pgfpathcurveto{${place(segment[1], height - segment[2])}}{${place(segment[3], height - segment[4])}}{${place(segment[5], height - segment[6])}}`;
    case 'Z':
      return '\\pgfpathclose';
  }
}

function labelLine(label: Label, height: number, colours: Map<string, string>): string {
  const { source, x, y, anchor, size, width, colour, upright, family, runs } = label;
  const side = { start: 'left,', middle: '', end: 'right,' }[anchor];
  const turn = upright ? ',rotate=90' : '';
  const face = [
    family === 'sans' ? '\\sffamily' : '\\rmfamily',
    runs.every(({ bold }) => bold) ? '\\bfseries' : '',
  ].join('');
  const ink = colour === '000000' ? '' : `\\color{${nameOf(colour, colours)}}`;
  const font = `\\fontsize{${number(size)}}{${number(size * 1.2)}}\\selectfont${face}`;
  return `\\pgftext[${side}base,x=${number(x)}bp,y=${number(height - y)}bp${turn}]{\\cascadefit{${number(width + SLACK * size)}bp}{${ink}${font} ${latexOf(source)}}}`;
}

/** LaTeX knows colours by names, and names have letters alone. */
function nameOf(colour: string, colours: Map<string, string>): string {
  const known = colours.get(colour) ?? `cascadecolour${letters(colours.size)}`;
  colours.set(colour, known);
  return known;
}

function letters(index: number): string {
  const [more, letter] = [Math.floor(index / 26), String.fromCharCode(97 + (index % 26))];
  return more === 0 ? letter : letters(more - 1) + letter;
}

const place = (x: number, y: number): string => `\\pgfqpoint{${number(x)}bp}{${number(y)}bp}`;

/** To a thousandth of a point, and never in scientific notation, which TeX cannot read. */
function number(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace(/\.?0+$/, '');
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
