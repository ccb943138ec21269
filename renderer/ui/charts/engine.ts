import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { textScale } from '../../stores/preferences.ts';
import { colorOf } from '../theme.ts';
import { epochTicks, tickWords } from './axis.ts';
import type { Axis, Unit } from './axis.ts';
import { isAlone, polylineOf } from './polyline.ts';
import type { Marker, Point, Series } from './series.ts';

/** Pixels below the plot: numbers and name of the epochs. */
export const ROOM_BELOW = 34;

/** Only what is drawn is bundled. The tooltip is ours: the library's would write style attributes into HTML. */
use([LineChart, GridComponent, MarkLineComponent, CanvasRenderer]);

export function initChart(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: 'canvas' });
}

export interface ChartLook {
  series: readonly Series[];
  markers: readonly Marker[];
  /** Null where there is nothing that could be shown. */
  axis: Axis | null;
  unit: Unit;
  log: boolean;
  /** Last epoch of the axis: the planned end, so that nothing jumps while a run goes on. */
  lastEpoch: number;
  compact: boolean;
  steps: boolean;
}

/** The chart as the library's option; colours are those of the theme of the moment. */
export function chartOption(look: ChartLook) {
  const lastEpoch = Math.max(1, look.lastEpoch);
  const label = { color: colorOf('--text-muted'), fontSize: 10.5 * textScale.value, fontFamily: 'Inter' };
  const faintLine = { color: colorOf('--border') };
  const epochs = epochTicks(lastEpoch, look.compact ? 4 : 6);
  const { axis } = look;
  const words = axis === null ? [] : tickWords(axis, look.unit, look.log);
  const wordAt = (value: number) => words[axis?.ticks.findIndex((tick) => isNear(tick, value)) ?? -1] ?? '';
  return {
    animation: false,
    // Room for what stands around it is measured here: the library does not count the labels of ticks of one's own.
    grid: {
      left: 14 + widest(words, label),
      right: 10 + widest(epochs.slice(-1).map(String), label) / 2,
      top: 8,
      bottom: ROOM_BELOW,
      outerBoundsMode: 'none' as const,
    },
    xAxis: {
      type: 'value' as const,
      name: 'epoch',
      nameLocation: 'middle' as const,
      nameGap: 19,
      nameTextStyle: label,
      min: 0,
      max: lastEpoch,
      axisLabel: { ...label, customValues: epochs, formatter: String },
      axisLine: { lineStyle: faintLine, onZero: false },
      axisTick: { lineStyle: faintLine, customValues: epochs },
      splitLine: { show: false },
    },
    yAxis: {
      show: axis !== null,
      type: (look.log ? 'log' : 'value') as 'log',
      ...(axis === null ? {} : { min: axis.min, max: axis.max }),
      axisLabel: { ...label, customValues: axis?.ticks ?? [], formatter: wordAt },
      axisLine: { show: false },
      axisTick: { show: false, customValues: axis?.ticks ?? [] },
      splitLine: { lineStyle: { ...faintLine, opacity: 0.6 } },
    },
    series: look.series.flatMap((line, index) => {
      const { points, dotted } = polylineOf(line, look.steps);
      const color = colorOf(line.color);
      const style = { color, width: line.faint ? 1.1 : 1.7, opacity: line.faint ? 0.75 : 1 };
      const drawn = { type: 'line' as const, connectNulls: false, silent: true, itemStyle: { color } };
      return [
        {
          ...drawn,
          name: line.name,
          data: data(points, look.log),
          symbolSize: 5,
          lineStyle: {
            ...style,
            type: line.dash ? [...line.dash] : line.dashed ? [5, 4] : ('solid' as const),
          },
          ...(index === 0 ? { markLine: markersOf(look.markers) } : {}),
        },
        ...(dotted.length === 0
          ? []
          : [
              {
                ...drawn,
                name: `${line.name}, not measured in between`,
                data: data(dotted, look.log),
                showSymbol: false,
                lineStyle: { ...style, width: 1.1, type: [1.2, 3] },
              },
            ]),
      ];
    }),
  };
}

let ruler: CanvasRenderingContext2D | null | undefined;

/** Width in pixels of the widest of some words. */
function widest(words: readonly string[], font: { fontSize: number; fontFamily: string }): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return 0;
  ruler.font = `${font.fontSize}px ${font.fontFamily}`;
  return Math.max(0, ...words.map((word) => ruler!.measureText(word).width));
}

const isNear = (one: number, other: number) => Math.abs(one - other) <= 1e-9 * Math.abs(one);

/** Points as the library's data: one without neighbours is drawn as a point, and nothing below zero on a logarithmic axis. */
function data(points: readonly Point[], log: boolean) {
  const drawn = points.map(([epoch, value]): Point => [
    epoch,
    log && value !== null && value <= 0 ? null : value,
  ]);
  return drawn.map((value, index) => ({
    value: [...value],
    symbol: isAlone(drawn, index) ? 'circle' : 'none',
  }));
}

function markersOf(markers: readonly Marker[]) {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    label: { show: false },
    lineStyle: { color: colorOf('--border-strong'), type: 'dotted' as const, width: 1 },
    data: markers.map(({ at }) => ({ xAxis: at })),
  };
}
