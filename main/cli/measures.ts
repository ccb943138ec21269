import { MEASURE_LEVELS, type Measure, type MeasureLevel } from '../../common/measures/measure.ts';
import { MEASURES } from '../../common/measures/registry.ts';
import { code, markdownTable, plain } from './markdown.ts';
import { table } from './table.ts';

/** A measure as `cascade measures --json` tells it. */
export interface MeasureDescription extends Omit<Measure, 'each' | 'reckoning' | 'stored' | MeasureLevel> {
  /** Of which there are several numbers: one for each of these. */
  each: 'threshold' | 'idea' | null;
  /** What it is told of. */
  levels: MeasureLevel[];
}

/** Every number that is measured, in the order of the tables' columns. */
export function describeMeasures(): MeasureDescription[] {
  return MEASURES.map((measure: Measure) => {
    const { each = null, ...facts } = { ...measure, reckoning: undefined, stored: undefined };
    const levels = MEASURE_LEVELS.filter((level) => measure[level] !== undefined);
    // Functions are not told.
    return {
      ...(JSON.parse(JSON.stringify(facts)) as Omit<MeasureDescription, 'each' | 'levels'>),
      each,
      levels,
    };
  });
}

/** What `cascade measures` shows a person. */
export function measuresText(): string {
  return table(
    [
      { title: 'number' },
      { title: 'column' },
      { title: 'of' },
      { title: 'told of' },
      { title: 'what it is' },
    ],
    describeMeasures().map((measure) => [
      measure.id,
      columnText(measure),
      measure.of ?? unitText(measure),
      measure.levels.join(', '),
      measure.title,
    ]),
  );
}

/** docs/measures.md, as `npm run generate` writes it. */
export function measuresMarkdown(): string {
  const measures = describeMeasures();
  const rows = measures.map((measure) => [
    code(measure.id),
    code(columnText(measure)),
    plain(measure.of ? `${unitText(measure)} of ${measure.of}` : unitText(measure)),
    measure.levels.join(', '),
    measure.better ?? '',
  ]);
  return [
    '# Measures',
    'Every number that is measured of a run: `npm run generate` writes this page from the registry in `common/measures`; change the ' +
      'measures, not the page. `npm run --silent cascade -- measures` shows the same in a terminal.',
    '`number` is the key in `cascade show --json`; `column` that of the tables of `cascade export --csv`, which have their columns in this ' +
      'order. `<τ>` is a threshold of the run, such as `1e-4` or `1e-3sigma`; `<idea>` is what is left out: see [formats](formats.md#numbers).',
    markdownTable(['number', 'column', 'unit', 'told of', 'better'], rows),
    ...measures.flatMap(({ id, title, definition, formula, source }) => [
      `## ${code(id)}`,
      `${plain(title)}. ${plain(definition)}`,
      ...(formula ? [code(formula)] : []),
      ...(source ? [`Source: ${plain(source)}.`] : []),
    ]),
  ].join('\n\n');
}

function columnText({ column, each }: Pick<MeasureDescription, 'column' | 'each'>): string {
  if (each === null) return column;
  return `${column}_${each === 'threshold' ? '<τ>' : '<idea>'}`;
}

const UNITS: Record<Measure['unit'], string> = {
  share: 'share',
  points: 'difference of shares',
  count: 'count',
  nats: 'nats',
  rate: 'rate',
  factor: 'factor',
  seconds: 'seconds',
  magnitude: 'size',
};

function unitText({ unit }: Pick<Measure, 'unit'>): string {
  return UNITS[unit];
}
