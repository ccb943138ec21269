import type { Look, MarkerShape } from './looks.ts';
import type { Path, Point, Segment } from './scene.ts';

/** How far a Bézier curve's handles stand out so that four of them make a circle. */
const ROUND = 0.5522847498;

/** Corners of markers on a circle of radius 1 about the middle, first one upwards, y down; and how large they are drawn. */
const POLYGONS: Partial<Record<MarkerShape, { corners: readonly Point[]; scale: number }>> = {
  square: { corners: turned(4, 0.5), scale: 1.22 },
  diamond: { corners: turned(4, 0), scale: 1.3 },
  triangle: { corners: turned(3, 0), scale: 1.35 },
  inverted: { corners: turned(3, 0.5), scale: 1.35 },
};
const STROKES: Partial<Record<MarkerShape, readonly (readonly [Point, Point])[]>> = {
  plus: crossing([0, 0.5]),
  cross: crossing([0.25, 0.75]),
  star: crossing([0, 1 / 3, 2 / 3]),
};

/** @param size its diameter */
export function marker(look: Pick<Look, 'colour' | 'marker'>, [x, y]: Point, size: number): Path {
  const radius = size / 2;
  const edge = { colour: 'ffffff', width: Math.min(0.4, size / 10) };
  const strokes = STROKES[look.marker];
  if (strokes !== undefined) {
    const at = ([across, down]: Point): Point => [x + across * radius * 1.15, y + down * radius * 1.15];
    const segments = strokes.flatMap(([from, to]): Segment[] => [
      ['M', ...at(from)],
      ['L', ...at(to)],
    ]);
    return { kind: 'path', segments, stroke: { colour: look.colour, width: size / 4 } };
  }
  const fill = { colour: look.colour };
  const polygon = POLYGONS[look.marker];
  if (polygon === undefined) return { kind: 'path', segments: circle(x, y, radius), fill, stroke: edge };
  const segments = polygon.corners.map(([across, down], index): Segment => {
    const reach = radius * polygon.scale;
    return [index === 0 ? 'M' : 'L', x + across * reach, y + down * reach];
  });
  return { kind: 'path', segments: [...segments, ['Z']], fill, stroke: edge };
}

function circle(x: number, y: number, radius: number): Segment[] {
  const handle = ROUND * radius;
  return [
    ['M', x + radius, y],
    ['C', x + radius, y + handle, x + handle, y + radius, x, y + radius],
    ['C', x - handle, y + radius, x - radius, y + handle, x - radius, y],
    ['C', x - radius, y - handle, x - handle, y - radius, x, y - radius],
    ['C', x + handle, y - radius, x + radius, y - handle, x + radius, y],
    ['Z'],
  ];
}

/** Corners of a regular polygon; turned by parts of the angle between two of them. */
function turned(count: number, by: number): Point[] {
  return Array.from({ length: count }, (_, index): Point => {
    const angle = ((index + by) / count) * 2 * Math.PI;
    return [Math.sin(angle), -Math.cos(angle)];
  });
}

/** Lines through the middle, by their angles in half turns. */
function crossing(halves: readonly number[]): (readonly [Point, Point])[] {
  return halves.map((half) => {
    const [across, down] = [Math.sin(half * Math.PI), Math.cos(half * Math.PI)];
    return [
      [across, down],
      [-across, -down],
    ];
  });
}
