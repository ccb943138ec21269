import { AXIS_TITLES, type CurveAxis } from '../curve-axes.ts';
import type { MeasureKey } from '../contract/measure-key.ts';
import { askedNumber } from '../measures/asked.ts';
import type { MeasureLevel } from '../measures/measure.ts';
import { thresholdKey } from '../thresholds.ts';
import { CascadeError } from '../errors.ts';
import type { Quantity } from './data.ts';

const IDEAS: Readonly<Record<string, string>> = {
  dense: 'dense',
  masked: '',
  without_inert: 'without inert weights',
  compacted: 'compacted',
};

/** A measure with the key that is meant: where it needs one and none is named, the figure's threshold, or the masked network. */
export function wholeKey({ id, key }: MeasureKey, threshold: string): MeasureKey {
  if (key !== '') return { id, key: thresholdKey(key) ?? key };
  for (const meant of [threshold, 'masked'])
    if (takes(id, meant)) return { id, key: thresholdKey(meant) ?? meant };
  return { id, key };
}

function takes(id: string, key: string): boolean {
  try {
    const { measure } = askedNumber({ id, key });
    return measure.each === 'threshold' ? thresholdKey(key) !== null : true;
  } catch (error) {
    if (error instanceof CascadeError) return false;
    throw error;
  }
}

/** How an axis or a column of a measure is called and drawn. @throws CascadeError INVALID for a measure that does not exist */
export function quantityOf(asked: MeasureKey, level: MeasureLevel = 'epoch'): Quantity {
  const { measure, threshold } = askedNumber(asked, level);
  const idea = measure.each === 'idea' ? (IDEAS[asked.key] ?? `without weights ≤ ${threshold}`) : '';
  return {
    id: measure.id,
    title: idea === '' ? measure.title : `${measure.title}, ${idea}`,
    unit: measure.unit,
    ...(measure.of === undefined ? {} : { of: measure.of }),
    ...(measure.each === 'threshold' && threshold !== null ? { threshold } : {}),
    better: measure.better,
    scale: measure.logarithmic ? 'log' : 'linear',
  };
}

export function axisQuantity(axis: CurveAxis): Quantity {
  return { id: axis, title: AXIS_TITLES[axis], unit: 'none', scale: 'linear' };
}
