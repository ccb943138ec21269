import type { Field, FieldValue } from '../../common/fields/field.ts';
import type { MeasureUnit } from '../../common/measures/measure.ts';
import { MEASURES } from '../../common/measures/registry.ts';
import type { Measure } from '../../common/measures/measure.ts';
import type { Mean, Spread } from '../../common/statistics/spread.ts';
import { count, duration, MISSING, moment, percent, points, significant, times } from './numbers.ts';

const BY_ID: ReadonlyMap<string, Measure> = new Map(
  MEASURES.map((measure: Measure) => [measure.id, measure]),
);

/** The measure that a field tells; undefined of facts and settings. */
export function measureOf(field: Field): Measure | undefined {
  return field.kind === 'measure' ? BY_ID.get(field.id) : undefined;
}

/** Decimals of a percentage: differences of accuracy are small. */
function digitsOf(field: Field): number {
  return measureOf(field)?.of === 'test images' || field.id.endsWith('Accuracy') ? 2 : 1;
}

const NUMBERS: Readonly<Record<MeasureUnit, (value: number, digits: number) => string>> = {
  share: percent,
  points,
  count: (value) => count(value),
  factor: (value) => times(value),
  seconds: (value) => duration(value),
  nats: (value) => significant(value),
  rate: (value) => significant(value),
  magnitude: (value) => significant(value),
};

function valueText(field: Field, value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (field.unit) return NUMBERS[field.unit](value, digitsOf(field));
  return field.type === 'time' ? moment(value) : significant(value, 8);
}

/** What a run, or all runs of a group, have in a field; a dash for nothing. */
export function fieldText(field: Field, values: readonly FieldValue[]): string {
  return values.length === 0 ? MISSING : values.map((value) => valueText(field, value)).join(', ');
}

/** A mean with its spread: '95.63 ± 0.50%', '57.5 [55.1, 59.8]%'; of one run, the number alone. */
export function meanText(field: Field, { mean, low, high }: Mean, spread: Spread): string {
  if (low === null || high === null) return valueText(field, mean);
  const scaled = field.unit === 'share' || field.unit === 'points';
  const digits = digitsOf(field);
  const plain = (value: number): string =>
    scaled ? (100 * value).toFixed(digits).replace('-', '−') : valueText(field, value);
  const unit = field.unit === 'share' ? '%' : field.unit === 'points' ? ' pp' : '';
  const sign = field.unit === 'points' && mean > 0 ? '+' : '';
  if (spread === 'bootstrap') return `${sign}${plain(mean)} [${plain(low)}, ${plain(high)}]${unit}`;
  return `${sign}${plain(mean)} ± ${plain((high - low) / 2)}${unit}`;
}
