import type { Fill, FontFamily, Item, Label, Path, Scene, Segment, Stroke } from '../scene.ts';

/** Our fonts have the widths of those that stand behind them, so that a figure looks the same where ours are missing. */
const FAMILIES: Readonly<Record<FontFamily, string>> = {
  sans: "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif",
  serif: "Tinos, 'Times New Roman', 'Liberation Serif', Times, serif",
};

/**
 * A scene as SVG 1.1: presentation attributes alone, so that a page without inline styles shows it, and text as text, each at an
 * explicit baseline.
 *
 * @param provenance one line, kept in the file's metadata
 */
export function svgOf(scene: Scene, provenance: string): string {
  const { width, height, description, items } = scene;
  const clips = { count: 0 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}pt" height="${number(height)}pt" viewBox="0 0 ${number(width)} ${number(height)}" role="img">`,
    `<title>${escaped(description)}</title>`,
    `<metadata>${escaped(provenance)}</metadata>`,
    `<rect width="${number(width)}" height="${number(height)}" fill="#ffffff"/>`,
    ...items.flatMap((item) => elementOf(item, clips)),
    '</svg>',
    '',
  ].join('\n');
}

function elementOf(item: Item, clips: { count: number }): string[] {
  switch (item.kind) {
    case 'path':
      return [pathOf(item)];
    case 'label':
      return [textOf(item)];
    case 'clip': {
      const id = `clip-${++clips.count}`;
      const { x, y, width, height } = item;
      return [
        `<clipPath id="${id}"><rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"/></clipPath>`,
        `<g clip-path="url(#${id})">`,
        ...item.items.flatMap((inner) => elementOf(inner, clips)),
        '</g>',
      ];
    }
  }
}

function pathOf({ segments, stroke, fill }: Path): string {
  return `<path d="${segments.map(segmentText).join('')}" ${fillText(fill)}${strokeText(stroke)}/>`;
}

function segmentText(segment: Segment): string {
  const [letter, ...places] = segment;
  return letter + places.map(number).join(' ');
}

function fillText(fill: Fill | undefined): string {
  if (fill === undefined) return 'fill="none"';
  const opacity = fill.opacity === undefined ? '' : ` fill-opacity="${fill.opacity}"`;
  return `fill="#${fill.colour}"${opacity}`;
}

function strokeText(stroke: Stroke | undefined): string {
  if (stroke === undefined) return '';
  const { colour, width, dash = [], opacity } = stroke;
  return [
    ` stroke="#${colour}" stroke-width="${number(width)}" stroke-linejoin="round"`,
    dash.length === 0 ? '' : ` stroke-dasharray="${dash.map(number).join(' ')}"`,
    opacity === undefined ? '' : ` stroke-opacity="${opacity}"`,
  ].join('');
}

/** Every run is placed by itself, so that readers whose fonts differ a little keep scripts where they belong. */
function textOf(label: Label): string {
  const { runs, x, y, anchor, size, family, colour, upright } = label;
  const turn = upright ? ` transform="rotate(-90 ${number(x)} ${number(y)})"` : '';
  const simple = runs.length === 1 && runs[0]?.raise === 0;
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  const open = `<text x="${number(x)}" y="${number(y)}" font-family="${FAMILIES[family]}" font-size="${number(size)}" fill="#${colour}"${anchored}${turn} xml:space="preserve">`;
  if (simple) return `${open}${runs.map((run) => spanOf(run, size, 0, true)).join('')}</text>`;
  let raised = 0;
  const spans = runs.map((run) => {
    const span = spanOf(run, size, raised - run.raise * size, false);
    raised = run.raise * size;
    return span;
  });
  return `${open}${spans.join('')}</text>`;
}

function spanOf(run: Label['runs'][number], size: number, down: number, alone: boolean): string {
  const attributes = [
    down === 0 ? '' : ` dy="${number(down)}"`,
    run.scale === 1 ? '' : ` font-size="${number(size * run.scale)}"`,
    run.italic ? ' font-style="italic"' : '',
    run.bold ? ' font-weight="700"' : '',
  ].join('');
  const text = escaped(run.text);
  return alone && attributes === '' ? text : `<tspan${attributes}>${text}</tspan>`;
}

/** To a thousandth of a point. */
function number(value: number): string {
  return String(Math.round(value * 1000) / 1000 + 0);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
