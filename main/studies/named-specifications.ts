import { maskOriginOf } from '../../common/mask-source.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { readStudy } from '../../common/study/index.ts';
import { catalogue } from '../trainer/catalogue.ts';

/** Specifications of a study's arms as far as its text alone tells, to learn what they name before they are read by the rules. */
export function specificationsIn(text: string): RunSpecification[] {
  const found: RunSpecification[] = [];
  readStudy(text, catalogue, {
    check: (specification) => (found.push(specification), []),
    prunings: () => 0,
    sharedEpochs: () => 0,
    derive: () => ({}),
    settleMasks: (specification) => ({ specification, problems: [] }),
  });
  return found;
}

/** What a study says of the runs whose masks it takes: ids, or beginnings of them, each once. */
export function runsNamedIn(text: string): string[] {
  const names = specificationsIn(text).map((specification) => maskOriginOf(specification)?.run ?? null);
  return [...new Set(names.filter((name) => name !== null))];
}
