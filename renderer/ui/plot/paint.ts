import type { RunDash, RunMarker } from '../../../common/run-looks.ts';
import type { PlacedLine, PlotView } from './lines.ts';

/** How the lines of a plot are painted on a canvas. */

export interface PaintSize {
  /** In pixels of the page; the canvas has `ratio` as many. */
  width: number;
  height: number;
  ratio: number;
}

export interface Painting {
  lines: readonly PlacedLine[];
  view: PlotView;
  size: PaintSize;
  /** The colour behind a token. */
  colorOf: (token: string) => string;
  /** The surface behind hollow marks. */
  surface: string;
  /** Lines that stand out; the others step back. None: all are alike. */
  marked: ReadonlySet<string>;
}

/** Dashes in pixels. */
const DASHES: Readonly<Record<RunDash, readonly number[]>> = {
  solid: [],
  'dot-dash': [7, 2.5, 1.5, 2.5],
  dashed: [4.5, 3],
};
const REFERENCE_DASH = [2, 3.5];
/** Marks along a line are about so far from one another. */
const MARK_EVERY = 90;
/** Where lines lie on one another, their marks do not. */
const MARK_SHIFT = 31;
const MARK = 3.6;

/** Paints line by line, and gives way after each: whoever calls it decides how long a turn is. All points are painted. */
export function* paint(context: CanvasRenderingContext2D, painting: Painting): Generator<void, void, void> {
  const { lines, size } = painting;
  context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.lineJoin = 'round';
  for (const line of lines) {
    if (line.band === null || line.line.points === true) continue;
    paintBand(context, line, painting);
    yield;
  }
  const order = [...lines].sort((one, other) => rank(one, painting) - rank(other, painting));
  for (const [index, line] of order.entries()) {
    if (line.line.points !== true) paintLine(context, line, painting);
    paintMarks(context, line, painting, (index * MARK_SHIFT) % MARK_EVERY);
    yield;
  }
}

/** What stands out is painted last. */
function rank({ line }: PlacedLine, { marked }: Painting): number {
  return (line.faint === true ? 0 : 1) + (marked.has(line.id) ? 2 : 0);
}

function opacityOf({ line }: PlacedLine, { marked }: Painting): number {
  const back = marked.size > 0 && !marked.has(line.id);
  return (line.faint === true ? 0.35 : 1) * (back ? 0.25 : 1);
}

/** From a place on the axes to pixels. */
function toPixels({ view, size }: Painting): { x: (place: number) => number; y: (place: number) => number } {
  const sx = size.width / (view.x[1] - view.x[0]);
  const sy = size.height / (view.y[1] - view.y[0]);
  return { x: (place) => (place - view.x[0]) * sx, y: (place) => size.height - (place - view.y[0]) * sy };
}

function paintLine(context: CanvasRenderingContext2D, placed: PlacedLine, painting: Painting): void {
  const { line, places } = placed;
  const { x, y } = toPixels(painting);
  context.beginPath();
  let drawing = false;
  for (let point = 0; 2 * point < places.length; point++) {
    const [px, py] = [x(places[2 * point]!), y(places[2 * point + 1]!)];
    if (Number.isNaN(px) || Number.isNaN(py)) drawing = false;
    else if (drawing) context.lineTo(px, py);
    else {
      context.moveTo(px, py);
      drawing = true;
    }
  }
  context.globalAlpha = opacityOf(placed, painting);
  context.strokeStyle = painting.colorOf(line.color);
  context.lineWidth = line.faint === true ? 1 : painting.marked.has(line.id) ? 2.4 : 1.7;
  context.setLineDash([...(line.reference === true ? REFERENCE_DASH : DASHES[line.dash])]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function paintBand(context: CanvasRenderingContext2D, placed: PlacedLine, painting: Painting): void {
  const { line, places, band } = placed;
  const { x, y } = toPixels(painting);
  context.globalAlpha = 0.16 * opacityOf(placed, painting);
  context.fillStyle = painting.colorOf(line.color);
  let from = 0;
  const count = places.length / 2;
  for (let point = 0; point <= count; point++) {
    const isGap = point === count || Number.isNaN(band![2 * point]!) || Number.isNaN(places[2 * point]!);
    if (!isGap) continue;
    if (point - from > 1) {
      context.beginPath();
      for (let at = from; at < point; at++) context.lineTo(x(places[2 * at]!), y(band![2 * at]!));
      for (let at = point - 1; at >= from; at--) context.lineTo(x(places[2 * at]!), y(band![2 * at + 1]!));
      context.fill();
    }
    from = point + 1;
  }
  context.globalAlpha = 1;
}

/** Marks tell lines apart where colours do not: every so far along a line, on every point of one without lines. */
function paintMarks(
  context: CanvasRenderingContext2D,
  placed: PlacedLine,
  painting: Painting,
  shift: number,
): void {
  const { line, places, band, across } = placed;
  if (line.faint === true && line.points !== true) return;
  const { x, y } = toPixels(painting);
  context.globalAlpha = opacityOf(placed, painting);
  context.strokeStyle = context.fillStyle = painting.colorOf(line.color);
  context.lineWidth = 1.2;
  let last = shift - MARK_EVERY;
  const count = places.length / 2;
  const isAlone = (point: number): boolean =>
    Number.isNaN(places[2 * point - 1] ?? NaN) && Number.isNaN(places[2 * point + 3] ?? NaN);
  for (let point = 0; point < count; point++) {
    const [px, py] = [x(places[2 * point]!), y(places[2 * point + 1]!)];
    if (Number.isNaN(px) || Number.isNaN(py)) continue;
    if (line.points === true) {
      if (band !== null && !Number.isNaN(band[2 * point]!))
        cross(context, px, y(band[2 * point]!), px, y(band[2 * point + 1]!));
      if (across !== null && !Number.isNaN(across[2 * point]!))
        cross(context, x(across[2 * point]!), py, x(across[2 * point + 1]!), py);
    } else if (
      !isAlone(point) &&
      line.reference !== true &&
      (line.marker === null || Math.abs(px - last) < MARK_EVERY)
    )
      continue;
    last = px;
    const isOpen = line.dash === 'dashed' || line.reference === true;
    mark(context, line.marker ?? 'circle', px, py, isOpen ? painting.surface : null);
  }
  context.globalAlpha = 1;
}

function cross(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** @param hollow what fills it; its own colour where null */
function mark(
  context: CanvasRenderingContext2D,
  marker: RunMarker,
  x: number,
  y: number,
  hollow: string | null,
): void {
  context.beginPath();
  switch (marker) {
    case 'circle':
      context.arc(x, y, MARK, 0, 2 * Math.PI);
      break;
    case 'square':
      context.rect(x - MARK, y - MARK, 2 * MARK, 2 * MARK);
      break;
    case 'diamond':
      corners(context, [x, y - 1.3 * MARK], [x + 1.3 * MARK, y], [x, y + 1.3 * MARK], [x - 1.3 * MARK, y]);
      break;
    case 'triangle':
      corners(context, [x, y - 1.2 * MARK], [x + 1.15 * MARK, y + MARK], [x - 1.15 * MARK, y + MARK]);
      break;
    case 'inverted':
      corners(context, [x, y + 1.2 * MARK], [x + 1.15 * MARK, y - MARK], [x - 1.15 * MARK, y - MARK]);
      break;
  }
  if (hollow === null) context.fill();
  else {
    const own = context.fillStyle;
    context.fillStyle = hollow;
    context.fill();
    context.fillStyle = own;
  }
  context.stroke();
}

function corners(context: CanvasRenderingContext2D, ...places: readonly (readonly [number, number])[]): void {
  places.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
}
