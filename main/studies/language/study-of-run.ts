import { Document, isMap, isScalar, isSeq, stringify, visit } from 'yaml';
import type { Pair } from 'yaml';
import type { Components } from '../../trainer/component.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import type { Threshold } from '../../../common/thresholds.ts';
import { canonicalSpecification } from './canonical-specification.ts';
import { settingsSchema } from './schema.ts';

export interface SpecifiedRun {
  id: string;
  study: string;
  arm: string;
  seed: number;
  specification: RunSpecification;
}

/** What expansion adds to the settings of a study. */
const DERIVED = ['referenceEpoch', 'rounds', 'omittedPrunings'] as const;
/** The order in which one writes them; what is not here follows as the specification has it. */
const FIRST = ['name', 'criterion', 'schedule', 'layers', 'sparsity'];
const LONGEST_NAME = 80;
const COPY = '-copy';
/** A mapping of so many characters stands on one line. */
const MOST_INLINE = 90;

/**
 * A study file that asks for the run: its settings as its specification has them, without what is a default anyway. It gives the same
 * run again, but for a control: what that has of the run that it controls cannot be said of an arm that stands alone.
 */
export function studyOfRun(run: SpecifiedRun, components: Components): string {
  const { specification, seed, study, arm, id } = run;
  const canonical = JSON.parse(canonicalSpecification(specification, components)) as Record<string, unknown>;
  const settings = Object.keys(settingsSchema(components).shape).flatMap((key): [string, unknown][] =>
    canonical[key] === undefined ? [] : [[key, canonical[key]]],
  );
  if ('thresholds' in canonical) settings.push(['thresholds', specification.thresholds.map(thresholdText)]);
  const isOwn = (key: string) => key === 'pruning';
  const document = new Document({
    study: `${study.slice(0, LONGEST_NAME - COPY.length)}${COPY}`,
    seeds: [seed],
    shared: Object.fromEntries(settings.filter(([key]) => !isOwn(key))),
    arms: [{ name: arm, ...Object.fromEntries(settings.filter(([key]) => isOwn(key))) }],
  });
  const isControl =
    specification.omittedPrunings > 0 ||
    (specification.pruning === null && DERIVED.some((key) => canonical[key] !== undefined));
  document.commentBefore = [
    ` The settings of run ${id}.`,
    ...(isControl ? [' It is the control of a pruned run; started from here, it stands alone.'] : []),
  ].join('\n');
  visit(document, {
    Pair: (_, { value }) => {
      if (isMap(value)) value.items.sort((one, other) => placeOf(one) - placeOf(other));
    },
  });
  visit(document, {
    Collection: (_, node, path) => {
      if (
        (path.length > 3 || isSeq(node)) &&
        stringify(node).length <= MOST_INLINE &&
        !node.items.some(isDeep)
      )
        node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function placeOf({ key }: Pair): number {
  const place = FIRST.indexOf(isScalar(key) ? String(key.value) : '');
  return place < 0 ? FIRST.length : place;
}

/** Within a list, or a list of mappings. */
function isDeep(item: unknown): boolean {
  return isMap(item);
}

function thresholdText(threshold: Threshold): number | string {
  return 'absolute' in threshold ? threshold.absolute : `${threshold.sigma}σ`;
}
