import type { Cells, Facts, Quantity, SeriesPanel, ShapeName, Shapes } from '../../../common/figures/data.ts';

/** Made-up data of each shape, with what makes figures hard: long names, many groups, breaks, formulas, single runs. */

export const facts: Facts = { spread: 'bootstrap', unfinished: 2 };

export const epoch: Quantity = { id: 'epoch', title: 'Epoch', unit: 'none', scale: 'linear' };
export const accuracy: Quantity = {
  id: 'testAccuracy',
  title: 'Test accuracy',
  unit: 'share',
  of: 'test images',
  better: 'higher',
  scale: 'linear',
};
export const shed: Quantity = {
  id: 'shed',
  title: 'Shed',
  unit: 'share',
  of: 'kept weights',
  threshold: '1e-4',
  better: null,
  scale: 'linear',
};
export const loss: Quantity = {
  id: 'testLoss',
  title: 'Test loss',
  unit: 'nats',
  better: 'lower',
  scale: 'log',
};
export const compression: Quantity = {
  id: 'compression',
  title: 'Compression',
  unit: 'factor',
  of: 'all weights',
  better: 'higher',
  scale: 'log',
};

export const ARMS = [
  'random 90% of depthwise',
  'global magnitude 90%',
  'SNIP, before training',
  'layer_wise & $|w|$, $\\lambda = 10^{-4}$',
  'control',
];

/** A number from 0 to 1 that looks random and is always the same. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}

const runsOf = (group: number, n: number): string[] =>
  Array.from({ length: n }, (_, seed) => `${(0xa1b2c3d4 + group * 7919).toString(16)}-s${seed}`);

export function seriesPanel(y: Quantity, groups = 5, epochs = 40, title: string | null = null): SeriesPanel {
  const shape = (t: number, group: number): number => {
    const level = 0.55 + 0.08 * group + 0.02 * noise(group);
    if (y.id === 'testLoss') return 2.3 * Math.exp(-4 * t * level) + 0.02 + 0.004 * group;
    if (y.id === 'shed') return t < 0.25 ? 0.02 * t : 0.7 * level * (1 - Math.exp(-6 * (t - 0.25)));
    return 1 - 0.9 * Math.exp(-(7 + group) * t) - 0.012 * (5 - group) - (t > 0.25 && t < 0.3 ? 0.15 : 0);
  };
  return {
    title,
    x: epoch,
    y,
    groups: Array.from({ length: groups }, (_, group) => {
      const n = group === 3 ? 1 : 5;
      return {
        label: ARMS[group % ARMS.length] as string,
        slot: group === 4 ? 0 : group,
        control: group === 4,
        n,
        runs: runsOf(group, n),
        points: Array.from({ length: epochs + 1 }, (_, index) => {
          const mean = shape(index / epochs, group) * (1 + 0.01 * (noise(index * 31 + group) - 0.5));
          // One epoch was not evaluated.
          if (group === 1 && index === 20) return { x: index, mean: null, low: null, high: null, n: 0 };
          const half = n === 1 ? 0 : mean * (0.01 + 0.03 * noise(index + 100 * group));
          return { x: index, mean, low: mean - half, high: mean + half * 1.2, n };
        }),
      };
    }),
    prunings: [10],
    references: [],
  };
}

/** Examples of data of a shape, each with its name and options. */
export function examples(shape: ShapeName): [name: string, data: Shapes[ShapeName], options: object][] {
  switch (shape) {
    case 'series':
      return [
        ['one panel', [seriesPanel(accuracy)], {}],
        ['two measures', [seriesPanel(accuracy), seriesPanel(shed)], {}],
        [
          'one measure in three columns',
          ['conv1', 'dw2', 'fc'].map((name) => seriesPanel(shed, 3, 20, name)),
          { columns: 3 },
        ],
        ['four panels', [accuracy, shed, loss, compression].map((y) => seriesPanel(y)), {}],
        ['symlog', [seriesPanel(shed)], { yScale: 'symlog', linearUpTo: 1e-4 }],
        ['many groups', [seriesPanel(shed, 9)], {}],
        [
          'many prunings',
          [{ ...seriesPanel(shed), prunings: Array.from({ length: 30 }, (_, at) => at) }],
          {},
        ],
        ['one point', [onePoint()], {}],
        ['no runs', [{ ...seriesPanel(shed), groups: [], prunings: [] }], {}],
      ];
    case 'ends':
      return [
        ['points', [endsPanel(accuracy, 4, 1)], {}],
        ['lines and a reference', [endsPanel(accuracy, 3, 6)], {}],
        ['two panels', [endsPanel(accuracy, 3, 6), endsPanel(shed, 3, 6)], {}],
        ['no runs', [{ ...endsPanel(accuracy, 0, 0), references: [] }], {}],
      ];
    case 'cells':
      return [
        ['two measures', cells([accuracy, shed], 4), {}],
        ['one measure', cells([loss], 5), {}],
        ['no runs', cells([accuracy], 0), {}],
      ];
  }
}

function onePoint(): SeriesPanel {
  const panel = seriesPanel(accuracy, 1);
  const group = panel.groups[0];
  if (group === undefined) throw new Error('no group');
  return { ...panel, groups: [{ ...group, points: group.points.slice(7, 8) }] };
}

/** Accuracy against compression: `points` for each group, and a published curve beside them. */
function endsPanel(y: Quantity, groups: number, points: number): SeriesPanel {
  return {
    title: null,
    x: compression,
    y,
    groups: Array.from({ length: groups }, (_, group) => ({
      label: ARMS[group] as string,
      slot: group,
      n: 5,
      runs: runsOf(group, 5),
      points: Array.from({ length: points }, (_, index) => {
        const x = 2 ** (index + 1 + 0.2 * group);
        const mean = 0.96 - 0.004 * index ** 2 - 0.01 * group;
        return {
          x,
          across: { mean: x, low: x * 0.96, high: x * 1.05, n: 5 },
          mean,
          low: mean - 0.006,
          high: mean + 0.008,
          n: 5,
        };
      }),
    })),
    prunings: [],
    references: [
      {
        label: 'rewinding',
        source: 'Renda et al. 2020',
        points: [1, 2, 4, 8, 16].map((x) => ({ x, y: 0.965 - 0.0006 * x })),
      },
    ],
  };
}

function cells(quantities: Quantity[], groups: number): Cells {
  return {
    quantities,
    rows: Array.from({ length: groups }, (_, group) => ({
      label: ARMS[group] as string,
      slot: group,
      n: group === 3 ? 1 : 5,
      runs: runsOf(group, 5),
      cells: quantities.map((quantity, column) => {
        if (group === 2 && column === 1) return null;
        const mean = quantity.id === 'testLoss' ? 0.034 + 0.001 * group : 0.95 - 0.03 * group;
        const half = group === 3 ? 0 : mean * 0.004 * (1 + group);
        return { mean, low: mean - half, high: mean + half, n: group === 3 ? 1 : 5, best: group === 0 };
      }),
    })),
    test: 'bold: the best mean',
  };
}
