import type { BenchmarkResult, Measure } from '../../bench/result.ts';
import { decimal, percent, table } from './table.ts';

/** What `cascade bench` shows a person. */
export function benchText({ comparisons, measures, leftOut }: BenchmarkResult): string {
  const parts: string[] = [];
  if (comparisons.length > 0)
    parts.push(
      table(
        [
          { title: 'training step' },
          { title: 'ours ms', number: true },
          { title: 'PyTorch ms', number: true },
          { title: 'ratio', number: true },
          { title: 'goal', number: true },
          { title: '' },
          { title: 'PyTorch’s best' },
        ],
        comparisons.map(({ name, ours, peer, ratio, goal, met }) => [
          name,
          decimal(ours.median),
          decimal(peer?.median),
          ratio === null ? '–' : ratio.toFixed(2),
          `> ${goal}`,
          verdict(met),
          peer?.name ?? '–',
        ]),
      ),
    );
  if (measures.length > 0)
    parts.push(
      table(
        [
          { title: 'measure' },
          { title: 'value', number: true },
          { title: 'goal', number: true },
          { title: '' },
        ],
        measures.map((measure) => [
          measure.name,
          quantity(measure, measure.value),
          measure.goal === null ? '–' : `< ${quantity(measure, measure.goal)}`,
          verdict(measure.met),
        ]),
      ),
    );
  return [...parts, ...leftOut].join('\n\n');
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : 'missed';
}

function quantity({ unit }: Measure, value: number): string {
  if (unit === 'share') return percent(value, 2);
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(0)} MiB`;
  return `${decimal(value)} ${unit}`;
}
