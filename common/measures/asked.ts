import { CascadeError } from '../errors.ts';
import type { Measure, MeasureLevel } from './measure.ts';
import { MEASURES } from './registry.ts';
import { STORED_IDEAS, type StoredIdea } from './stored.ts';

/** One number of a measure, as it is asked for by names. */
export interface AskedNumber {
  measure: Measure;
  idea: StoredIdea;
  /** Label of the threshold as it was written; null where none is meant. */
  threshold: string | null;
}

const WITHOUT_SHED = 'without_shed_';

/**
 * What is meant by a measure's id and a key: the threshold (`1e-4`, `1e-3σ`), or the idea of what is left out (`masked`,
 * `without_shed_1e-4`), of one that has several numbers; empty for one that has not.
 *
 * @throws CascadeError INVALID for a measure that does not exist, or is not told of the level, or a key that it does not take
 */
export function askedNumber(
  { id, key }: { id: string; key: string },
  level: MeasureLevel = 'epoch',
): AskedNumber {
  const measure = (MEASURES as readonly Measure[]).find((known) => known.id === id);
  if (!measure)
    throw invalid(`There is no measure '${id}': \`cascade measures\` lists those that there are.`);
  if (measure[level] === undefined)
    throw invalid(`'${id}' is not told of ${level === 'epoch' ? 'an epoch' : `a ${level}`}.`);
  const asked = { measure, idea: 'masked' as StoredIdea, threshold: null };
  if (measure.each === undefined) {
    if (key !== '') throw invalid(`'${id}' is one number: it has none called '${key}'.`);
    return asked;
  }
  if (measure.each === 'threshold') {
    if (key === '') throw invalid(`'${id}' is told at a threshold: say at which, such as 1e-4.`);
    return { ...asked, threshold: key };
  }
  if (key.startsWith(WITHOUT_SHED))
    return { ...asked, idea: 'without_shed', threshold: key.slice(WITHOUT_SHED.length) };
  const idea = STORED_IDEAS.find((known) => known === key && known !== 'without_shed');
  if (idea === undefined)
    throw invalid(
      `'${id}' is told of dense, masked, without_shed_<threshold>, without_inert and compacted networks: say of which.`,
    );
  return { ...asked, idea };
}

function invalid(sentence: string): CascadeError {
  return new CascadeError('INVALID', sentence);
}
