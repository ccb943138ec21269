import { COMPONENT_KINDS } from '../component-kinds.ts';
import type { RunSpecification } from '../run-specification.ts';
import { thresholdLabel, type Threshold } from '../thresholds.ts';

/** A value that a run can be asked for; of an empty setting, null. */
export type PlainValue = string | number | boolean | null;
/** What one key of a specification holds: of a list, all of it. */
export type FlatValue = PlainValue | readonly PlainValue[];

/** Settings whose value names components, whose own name stands for them. */
const NAMED = new Set<string>(Object.values(COMPONENT_KINDS).map(({ setting }) => setting));

/**
 * A specification as keys and plain values: a component is its name under its setting, its options behind a dot
 * ('optimizer': 'sgd', 'optimizer.weightDecay': 0.0005). Settings of pruning need no word before them ('criterion',
 * 'sparsity'), and are absent of a run that prunes nothing.
 */
export function flatSpecification(specification: RunSpecification): Map<string, FlatValue> {
  const flat = new Map<string, FlatValue>();
  const { pruning, thresholds, ...run } = specification;
  for (const [key, value] of Object.entries(run)) flatten(flat, key, value);
  for (const [key, value] of Object.entries(pruning ?? {})) flatten(flat, key, value);
  flat.set(
    'thresholds',
    thresholds.map((threshold: Threshold) => thresholdLabel(threshold)),
  );
  return flat;
}

function flatten(flat: Map<string, FlatValue>, key: string, value: unknown): void {
  if (value === undefined) return;
  if (Array.isArray(value)) flattenList(flat, key, value);
  else if (typeof value === 'object' && value !== null) {
    const { name, ...options } = value as Record<string, unknown>;
    if (NAMED.has(key) && typeof name === 'string') {
      flat.set(key, name);
      for (const [option, setting] of Object.entries(options)) flatten(flat, `${key}.${option}`, setting);
    } else for (const [part, setting] of Object.entries(value)) flatten(flat, `${key}.${part}`, setting);
  } else flat.set(key, value as PlainValue);
}

/** Of components, their names, and each one's options; of other things, a list of words. */
function flattenList(flat: Map<string, FlatValue>, key: string, values: readonly unknown[]): void {
  const isNamed = (value: unknown): value is { name: string } =>
    typeof value === 'object' && value !== null && typeof (value as { name?: unknown }).name === 'string';
  flat.set(
    key,
    values.map((value) =>
      isNamed(value) ? value.name : typeof value === 'object' ? JSON.stringify(value) : (value as PlainValue),
    ),
  );
  for (const value of values.filter(isNamed)) {
    const { name, ...options } = value;
    for (const [option, setting] of Object.entries(options))
      flatten(flat, `${key}.${name}.${option}`, setting);
  }
}
