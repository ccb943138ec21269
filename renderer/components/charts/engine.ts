import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { colorOf } from '../../composables/theme.ts';
import { niceRange } from './series.ts';
import type { Marker, Series } from './series.ts';

/** Only what is drawn is bundled. The tooltip is ours: the library's would write style attributes into HTML. */
use([LineChart, GridComponent, MarkLineComponent, CanvasRenderer]);

export function initChart(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: 'canvas' });
}

export interface ChartLook {
  series: readonly Series[];
  markers: readonly Marker[];
  log: boolean;
  /** Last epoch of the axis: the planned end, so that nothing jumps while a run goes on. */
  lastEpoch: number;
  format: (value: number) => string;
  compact: boolean;
  /** Least range of the value axis, where it should not shrink to the data. */
  floor: number | undefined;
  steps: boolean;
  trained: boolean;
}

/** Tick labels need fewer digits than readings: '80%' where a reading says '80.00%'. */
function tick(text: string): string {
  return text.replace(/(\.\d*?)0+(?=%| pp|$)/, '$1').replace(/\.(?=%| pp|$)/, '');
}

/** The chart as the library's option; colours are those of the theme of the moment. */
export function chartOption(look: ChartLook) {
  const axis = { color: colorOf('--text-muted'), fontSize: 10.5, fontFamily: 'Inter' };
  const faintLine = { color: colorOf('--border') };
  return {
    animation: false,
    grid: {
      left: 4,
      right: 10,
      top: 8,
      bottom: 2,
      outerBoundsMode: 'same' as const,
      outerBoundsContain: 'axisLabel' as const,
    },
    xAxis: {
      type: 'value' as const,
      min: 0,
      max: Math.max(1, look.lastEpoch),
      minInterval: 1,
      splitNumber: look.compact ? 4 : 6,
      axisLabel: axis,
      axisLine: { lineStyle: faintLine, onZero: false },
      axisTick: { lineStyle: faintLine },
      splitLine: { show: false },
    },
    yAxis: {
      show: look.series.length > 0,
      type: (look.log ? 'log' : 'value') as 'log',
      scale: true,
      ...(look.log ? {} : niceRange(look.series, look)),
      axisLabel: { ...axis, formatter: (value: number) => tick(look.format(value)) },
      splitLine: { lineStyle: { ...faintLine, opacity: 0.6 } },
    },
    series: look.series.map((line, index) => ({
      type: 'line' as const,
      name: line.name,
      data: line.points.map(([epoch, value]) => [
        epoch,
        look.log && value !== null && value <= 0 ? null : value,
      ]),
      showSymbol: line.points.length === 1,
      symbolSize: 5,
      connectNulls: false,
      silent: true,
      ...(look.steps ? { step: 'start' as const } : {}),
      lineStyle: {
        color: colorOf(line.color),
        width: line.faint ? 1.1 : 1.7,
        opacity: line.faint ? 0.75 : 1,
        type: line.dashed ? [5, 4] : ('solid' as const),
      },
      itemStyle: { color: colorOf(line.color) },
      ...(index === 0 && look.markers.length > 0
        ? {
            markLine: {
              silent: true,
              symbol: 'none',
              animation: false,
              label: { show: false },
              lineStyle: { color: colorOf('--border-strong'), type: 'dotted' as const, width: 1 },
              data: look.markers.map((marker) => ({ xAxis: marker.epoch })),
            },
          }
        : {}),
    })),
  };
}
