import { describe, expect, test } from 'vitest';
import {
  moved,
  nearestPoint,
  placeLine,
  WHOLE,
  zoomed,
  type PlotLine,
} from '../../../renderer/ui/plot/lines.ts';
import { plotAxis } from '../../../renderer/ui/plot/scale.ts';

const LOOK = { color: '--run-1', dash: 'solid', marker: null } as const;
const line = (id: string, x: number[], y: number[], more: Partial<PlotLine> = {}): PlotLine => ({
  id,
  name: id,
  ...LOOK,
  x,
  y,
  ...more,
});

describe('axes', () => {
  test.each(['linear', 'log', 'symlog'] as const)('%s: what a place is the number of is there', (kind) => {
    const axis = plotAxis(kind, kind === 'log' ? [0.001, 5, 200] : [-3, 0, 200], 1e-2);
    for (const place of [0, 0.1, 0.5, 0.93, 1]) expect(axis.at(axis.invert(place))).toBeCloseTo(place, 9);
    for (const { value, place } of axis.ticks([0.2, 0.8], 6)) {
      expect(axis.at(value)).toBeCloseTo(place, 12);
      expect(place).toBeGreaterThanOrEqual(0.2 - 1e-9);
      expect(place).toBeLessThanOrEqual(0.8 + 1e-9);
    }
  });
  test('nothing at or below 0 has a place on a logarithmic axis, and one without numbers does not fail', () => {
    expect(plotAxis('log', [1, 10], 1).at(0)).toBeNaN();
    expect(plotAxis('log', [0, -1], 1).at(-1)).toBeNaN();
    expect(plotAxis('linear', [], 1).at(0.5)).toBeCloseTo(0.5, 12);
  });
  test('powers of ten are written without the language of formulas', () => {
    const labels = plotAxis('symlog', [-1, 1e3], 1e-2)
      .ticks([0, 1], 9)
      .map(({ label }) => label);
    expect(labels).toContain('10³');
    expect(labels).toContain('−10⁻¹');
    expect(labels.join()).not.toMatch(/[$^{}]/);
  });
});

describe('the view', () => {
  test('zooming keeps the place around which it zooms', () => {
    const view = zoomed(WHOLE, 2, { x: 0.25, y: 1 });
    expect(view).toEqual({ x: [0.125, 0.625], y: [0.5, 1] });
    expect(zoomed(view, 0.5, { x: 0.25, y: 1 })).toEqual(WHOLE);
  });
  test('moving goes by shares of what is seen', () => {
    expect(moved({ x: [0, 0.5], y: [0, 1] }, { x: 0.1, y: -0.2 })).toEqual({
      x: [0.05, 0.55],
      y: [-0.2, 0.8],
    });
  });
});

describe('the nearest point', () => {
  const axis = plotAxis('linear', [0, 10], 1);
  const size = { width: 100, height: 100 };
  const place = (...lines: PlotLine[]) => lines.map((each) => placeLine(each, axis, axis));

  test('by brute force among random points', () => {
    let state = 7;
    const random = (): number => ((state = (state * 16_807) % 2_147_483_647) / 2_147_483_647) * 10;
    const lines = Array.from({ length: 5 }, (_, index) =>
      line(`l${index}`, Array.from({ length: 40 }, random), Array.from({ length: 40 }, random)),
    );
    for (let turn = 0; turn < 50; turn++) {
      const at = { x: random() * 10, y: random() * 10 };
      const all = lines.flatMap(({ x, y }, index) =>
        Array.from({ length: x.length }, (_, point) => ({
          line: index,
          point,
          far: Math.hypot(x[point]! * 10 - at.x, 100 - y[point]! * 10 - at.y),
        })),
      );
      const nearest = all.reduce((best, each) => (each.far < best.far ? each : best));
      const found = nearestPoint(place(...lines), WHOLE, size, at, 200);
      expect(found).toMatchObject({ line: nearest.line, point: nearest.point });
    }
  });
  test('lines that are not faint go first, gaps have no points, and nothing is near from afar', () => {
    const lines = place(line('faint', [5], [5], { faint: true }), line('mean', [5.5, 7], [5.5, NaN]));
    expect(nearestPoint(lines, WHOLE, size, { x: 50, y: 50 }, 28)).toMatchObject({ line: 1, point: 0 });
    expect(nearestPoint(lines, WHOLE, size, { x: 5, y: 5 }, 28)).toBeNull();
  });
});
