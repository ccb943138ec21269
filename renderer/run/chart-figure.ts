import type { RunSummary } from '../../common/contract/schemas.ts';
import type { FigureGiven } from '../../common/figures/specification.ts';
import { literal } from '../../common/figures/text.ts';
import { measuresOf } from '../../common/measures/registry.ts';
import type { RunChart } from './charts/chart.ts';

interface Shown {
  run: RunSummary;
  /** What the run is called. */
  title: string;
  control: string | null;
  threshold: string;
  layer: string | null;
  log: boolean;
}

/** The figure of a chart of a run, beside its control. */
export function chartFigure(
  { measures }: Pick<RunChart, 'measures'>,
  { run, title, control, threshold, layer, log }: Shown,
): Omit<FigureGiven, 'name'> {
  const ofLayers = new Set<string>(measuresOf('layer').map(({ id }) => id));
  const oneLayer = layer !== null && measures.every((id) => ofLayers.has(id)) ? layer : null;
  return {
    kind: oneLayer === null ? 'curves' : 'layers',
    query: `id in [${[run.id, ...(control === null ? [] : [control])].join(', ')}]`,
    groupBy: ['id'],
    labels: { [run.id]: literal(title), ...(control === null ? {} : { [control]: 'control' }) },
    measures: measures.map((id) => ({ id })),
    threshold,
    spread: 'none',
    options: { ...(log ? { yScale: 'log' } : {}), ...(oneLayer === null ? {} : { layers: [oneLayer] }) },
  };
}
