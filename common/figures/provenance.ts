import { SPREADS } from '../statistics/spread.ts';
import type { Facts, Group, Quantity, ShapeName, Shapes } from './data.ts';
import type { FigureSpecification } from './specification.ts';
import { groupsOf } from './series.ts';
import { plainText } from './text.ts';

/** Where the numbers of a figure are from: kept in each of its files. */
export interface Provenance {
  figure: string;
  kind: string;
  query: string;
  groupBy: string[];
  x: string;
  measures: { id: string; of?: string; threshold?: string }[];
  /** What is drawn around means, in words. */
  spread: string;
  groups: { label: string; n: number; runs: string[] }[];
  /** Runs that were asked for and are in no mean, since they have not finished. */
  unfinished: number;
  /** The test by which the best is told, where one is made. */
  test?: string;
  application: string;
  /** SHA-256 of the numbers that are drawn. */
  dataHash: string;
}

export function provenanceOf(
  figure: FigureSpecification,
  data: Shapes[ShapeName],
  facts: Facts,
  application: string,
  dataHash: string,
): Provenance {
  const { groups, quantities, test } = contentsOf(data);
  return {
    figure: figure.name,
    kind: figure.kind,
    query: figure.query,
    groupBy: [...figure.groupBy, ...figure.pointBy],
    x: typeof figure.x === 'string' ? figure.x : figure.x.id,
    measures: quantities.map(({ id, of, threshold }) => ({
      id,
      ...(of === undefined ? {} : { of }),
      ...(threshold === undefined ? {} : { threshold }),
    })),
    spread: facts.spread === 'none' ? 'none' : SPREADS[facts.spread].title,
    groups: groups.map(({ label, n, runs }) => ({ label: plainText(label), n, runs: [...runs] })),
    unfinished: facts.unfinished,
    ...(test === null ? {} : { test }),
    application,
    dataHash,
  };
}

function contentsOf(data: Shapes[ShapeName]): {
  groups: readonly Group[];
  quantities: readonly Quantity[];
  test: string | null;
} {
  if ('quantities' in data) return { groups: data.rows, quantities: data.quantities, test: data.test };
  if ('rows' in data) return { groups: data.rows, quantities: [], test: null };
  const quantities = data.map((panel) => ('y' in panel ? panel.y : panel.quantity));
  return { groups: groupsOf<Group>(data), quantities: distinct(quantities), test: null };
}

/** Panels of one measure tell it once. */
function distinct(quantities: readonly Quantity[]): Quantity[] {
  const known = new Map(
    quantities.map((quantity) => [`${quantity.id} ${quantity.threshold ?? ''}`, quantity]),
  );
  return [...known.values()];
}
