import type {
  BarsPanel,
  Cells,
  Facts,
  Filmstrip,
  MatrixPanel,
  Quantity,
  SeriesPanel,
  ShapeName,
  Shapes,
} from '../../../common/figures/data.ts';

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
    case 'layers':
      return [
        ['three layers', LAYERS.slice(0, 3).map((name) => seriesPanel(shed, 3, 20, name)), {}],
        ['eight layers', LAYERS.slice(0, 8).map((name) => seriesPanel(shed, 4, 20, name)), {}],
        ['no runs', [], {}],
      ];
    case 'bars':
      return [
        ['groups', [bars(accuracy, 4, [''])], {}],
        ['clusters', [bars(shed, 3, ['50%', '80%', '90%'])], {}],
        ['two measures', [bars(accuracy, 5, ['']), bars(shed, 5, [''])], {}],
        ['no runs', [bars(accuracy, 0, [''])], {}],
      ];
    case 'answers':
      return [
        ['ten classes', [bars(shed, 2, DIGITS)], {}],
        ['one class', [bars(shed, 2, DIGITS.slice(0, 1))], {}],
        ['no runs', [bars(shed, 0, [])], {}],
      ];
    case 'overlap':
      return [
        ['runs', [matrix(ARMS, ARMS, 'Run')], {}],
        ['many runs', [matrix(LAYERS, LAYERS, 'Run')], {}],
        [
          'epochs of two groups',
          [matrix(DIGITS, DIGITS, 'Epoch', 'a'), matrix(DIGITS, DIGITS, 'Epoch', ARMS[3] as string)],
          {},
        ],
        ['no runs', [matrix([], [], 'Run')], {}],
      ];
    case 'layerEpochs':
      return [
        ['one group', [matrix(LAYERS, EPOCHS, 'Epoch')], {}],
        ['three groups', ARMS.slice(0, 3).map((arm) => matrix(LAYERS.slice(0, 6), EPOCHS, 'Epoch', arm)), {}],
        ['no runs', [], {}],
      ];
    case 'frames':
      return [
        ['a run', film(1, 5, 'channels'), {}],
        ['a run and its control', film(2, 4, 'channels'), {}],
        ['weights', film(2, 3, 'weights'), {}],
        ['no runs', film(0, 0, 'channels'), {}],
      ];
    case 'cells':
      return [
        ['two measures', cells([accuracy, shed], 4), {}],
        ['one measure', cells([loss], 5), {}],
        ['no runs', cells([accuracy], 0), {}],
      ];
  }
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const EPOCHS = Array.from({ length: 41 }, (_, epoch) => String(epoch));
const LAYERS = Array.from({ length: 24 }, (_, layer) => `stage${1 + (layer >> 3)}.block${layer % 8}.conv1`);

function bars(y: Quantity, groups: number, places: readonly string[]): BarsPanel {
  return {
    title: null,
    y,
    across: places.length === 1 && places[0] === '' ? null : 'Sparsity',
    places,
    groups: Array.from({ length: groups }, (_, group) => ({
      label: ARMS[group] as string,
      slot: group === 4 ? 0 : group,
      control: group === 4,
      n: group === 3 ? 1 : 5,
      runs: runsOf(group, 5),
      bars: places.map((_place, place) => {
        if (group === 1 && place === 2) return null;
        const mean = 0.3 + 0.15 * group - 0.05 * place;
        const seeds = runsOf(group, group === 3 ? 1 : 5).map((run, seed) => ({
          run,
          value: mean + 0.01 * (seed - 2),
        }));
        const half = group === 3 ? 0 : 0.016;
        return { mean, low: mean - half, high: mean + half, n: seeds.length, seeds };
      }),
    })),
  };
}

function matrix(
  rows: readonly string[],
  columns: readonly string[],
  across: string,
  title: string | null = null,
): MatrixPanel {
  return {
    title,
    rows: { title: 'Layer', names: rows },
    columns: { title: across, names: columns },
    quantity: shed,
    cells: rows.map((_, row) =>
      columns.map((_column, column) =>
        (row + column) % 13 === 12 ? null : { mean: noise(row * 50 + Math.min(row, column)), n: 5 },
      ),
    ),
    groups: [{ label: 'random', slot: 0, n: 5, runs: runsOf(0, 5) }],
  };
}

function film(rows: number, epochs: number, of: 'channels' | 'weights'): Filmstrip {
  const layers =
    of === 'weights'
      ? [{ name: 'dw2', squares: 288, columns: 32 }]
      : [8, 16, 16, 32, 10].map((squares, layer) => ({ name: `conv${layer}`, squares, columns: null }));
  return {
    squares: { of, each: of === 'weights' ? 2 : 1 },
    layer: of === 'weights' ? 'dw2' : null,
    threshold: '1e-4',
    layers,
    rows: Array.from({ length: rows }, (_, row) => ({
      label: ARMS[row + 2] as string,
      slot: row,
      n: 1,
      runs: runsOf(row, 1),
      frames: Array.from({ length: epochs }, (_frame, frame) =>
        row === 1 && frame === 2
          ? null
          : {
              epoch: 10 * frame,
              accuracy: frame === 1 ? null : 0.1 + 0.2 * frame,
              states: layers.map(({ squares }, layer) =>
                Array.from({ length: squares }, (_square, square) => {
                  const [pruned, gone] = [noise(square + layer), noise(square * 3 + frame)];
                  const rest = 1 - pruned;
                  return [rest * (1 - gone), 0, rest * gone * 0.7, rest * gone * 0.3, pruned];
                }).flat(),
              ),
            },
      ),
    })),
    epochs: Array.from({ length: epochs }, (_, frame) => 10 * frame),
  };
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
