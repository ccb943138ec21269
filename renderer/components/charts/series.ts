import type { EpochSummary, ExcessEpoch } from '../../../common/contract/schemas.ts';

export type Point = readonly [epoch: number, value: number | null];

/** One line of a chart. `color` is a token ('--run-3'); a control's lines are dashed in its run's own colour. */
export interface Series {
  name: string;
  color: string;
  dashed?: boolean;
  faint?: boolean;
  points: readonly Point[];
}

/** A marked epoch: something happened after it. */
export interface Marker {
  epoch: number;
  label: string;
}

export function seriesOf(
  epochs: readonly EpochSummary[],
  value: (epoch: EpochSummary) => number | null,
): Point[] {
  return epochs.map((epoch) => [epoch.epoch, value(epoch)] as const);
}

export function excessSeries(excess: readonly ExcessEpoch[], threshold: string): Point[] {
  return excess.map((epoch) => [epoch.epoch, epoch.excess[threshold] ?? null] as const);
}

/** Norm of all prunable kernels together, or of one layer, relative to its value at epoch `from`. */
export function relativeNorm(epochs: readonly EpochSummary[], from: number, layer: string | null): Point[] {
  const norm = (epoch: EpochSummary) =>
    Math.hypot(
      ...epoch.layers.filter((entry) => layer === null || entry.name === layer).map((entry) => entry.norm),
    );
  const base = epochs.find((epoch) => epoch.epoch === from);
  const unit = base ? norm(base) : 0;
  if (unit === 0) return [];
  return epochs
    .filter((epoch) => epoch.epoch >= from)
    .map((epoch) => [epoch.epoch, norm(epoch) / unit] as const);
}

/** Name of the layer whose norm fell most since epoch `from`; null where nothing was measured since. */
export function fastest(epochs: readonly EpochSummary[], from: number): string | null {
  let least = Infinity;
  let name: string | null = null;
  for (const layer of epochs.at(-1)?.layers ?? []) {
    const fall = relativeNorm(epochs, from, layer.name).at(-1)?.[1] ?? Infinity;
    if (fall < least) [least, name] = [fall, layer.name];
  }
  return name;
}

/** Value of a line at an epoch: its own point, or none. */
export function valueAt(points: readonly Point[], epoch: number): number | null {
  return points.find(([at]) => at === epoch)?.[1] ?? null;
}

/** Range and interval of a value axis in round numbers. `trained` leaves the initial state out of the range. */
export function niceRange(
  series: readonly Series[],
  options: { floor: number | undefined; trained: boolean; compact: boolean },
): { min: number; max: number; interval: number } | Record<string, never> {
  let least = options.floor ?? Infinity;
  let most = options.floor ?? -Infinity;
  for (const line of series)
    for (const [epoch, value] of line.points) {
      if (value === null || !Number.isFinite(value)) continue;
      if (options.trained && epoch === 0 && line.points.length > 1) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  if (!(most >= least)) return {};
  if (most === least) most = least + (least === 0 ? 0.01 : Math.abs(least) * 0.1);
  const rough = (most - least) / (options.compact ? 2 : 4);
  const size = 10 ** Math.floor(Math.log10(rough));
  const interval = size * ([1, 2, 2.5, 5, 10].find((step) => step * size >= rough * 0.999) ?? 10);
  const round = (value: number) => Number(value.toPrecision(12));
  return {
    min: round(Math.floor(least / interval + 1e-9) * interval),
    max: round(Math.ceil(most / interval - 1e-9) * interval),
    interval: round(interval),
  };
}

/** The lines of a chart as CSV: one row an epoch, one column a line; what was not measured is left empty. */
export function toCsv(series: readonly Series[]): string {
  const quote = (name: string) => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const epochs = [...new Set(series.flatMap((line) => line.points.map(([epoch]) => epoch)))].sort(
    (a, b) => a - b,
  );
  const rows = epochs.map((epoch) =>
    [epoch, ...series.map((line) => valueAt(line.points, epoch) ?? '')].join(','),
  );
  return [['epoch', ...series.map((line) => quote(line.name))].join(','), ...rows].join('\n') + '\n';
}
