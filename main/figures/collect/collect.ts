import type { Asks, Facts, ShapeName, Shapes } from '../../../common/figures/data.ts';
import { figureKind } from '../../../common/figures/registry.ts';
import type { FigureSpecification } from '../../../common/figures/specification.ts';
import type { FigureSource } from '../source.ts';
import { collectAnswers } from './answers.ts';
import { collectBars } from './bars.ts';
import { collectCells } from './cells.ts';
import { collectEnds } from './ends.ts';
import { collectFrames } from './frames.ts';
import { collectLayerEpochs } from './layer-epochs.ts';
import { collectLayers } from './layers.ts';
import { allRuns, materialOf, type Material } from './material.ts';
import { collectOverlap } from './overlap.ts';
import { selectGroups } from './selected-groups.ts';
import { collectSeries } from './series.ts';

/** What a figure is drawn from, as the workspace has it now. */
export interface Collected {
  data: Shapes[ShapeName];
  facts: Facts;
  /** Finished runs in it. */
  runs: string[];
}

type Collectors = {
  [Shape in ShapeName]: (material: Material, asked: Asks[Shape]) => Promise<Shapes[Shape]>;
};

/** How the data of each shape is brought: over the finished runs of each group. */
const COLLECTORS: Collectors = {
  series: collectSeries,
  layers: collectLayers,
  ends: collectEnds,
  cells: collectCells,
  bars: collectBars,
  answers: collectAnswers,
  overlap: collectOverlap,
  layerEpochs: collectLayerEpochs,
  frames: collectFrames,
};
/** Measures of these are asked for layer by layer. */
const OF_LAYERS: readonly ShapeName[] = ['layers', 'layerEpochs'];
/** These are of single moments, which runs have that have not finished as well. */
const OF_MOMENTS: readonly ShapeName[] = ['frames'];

/** @throws CascadeError INVALID for a query, a key, a measure or an option that does not exist */
export async function collect(
  source: FigureSource,
  figure: FigureSpecification,
  signal?: AbortSignal,
): Promise<Collected> {
  const kind = figureKind(figure.kind);
  const { shape } = kind;
  const asked = kind.asks(figure.options);
  const { groups, unfinished } = await selectGroups(source, figure, OF_MOMENTS.includes(shape));
  const level = OF_LAYERS.includes(shape) ? 'layer' : 'epoch';
  const material = materialOf(source, figure, groups, level, signal);
  const bring = COLLECTORS[shape] as (material: Material, asked: unknown) => Promise<Shapes[ShapeName]>;
  return {
    data: await bring(material, asked),
    facts: { spread: figure.spread, unfinished },
    runs: allRuns(groups).sort(),
  };
}
