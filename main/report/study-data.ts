import { Specifications } from '../../common/codec/specifications.ts';
import type { MeasureKey } from '../../common/contract/measure-key.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import type { Field, FieldSource, FieldValue } from '../../common/fields/field.ts';
import type { SeriesPanel } from '../../common/figures/data.ts';
import { figureSpecification, type FigureGiven } from '../../common/figures/specification.ts';
import { differing } from '../../common/groups/differing.ts';
import { queryable } from '../../common/query/choose.ts';
import { meanOf, type Mean, type Spread } from '../../common/statistics/spread.ts';
import { collect, type Collected } from '../figures/collect/collect.ts';
import type { Rendered } from '../figures/render.ts';
import type { FigureSource } from '../figures/source.ts';

/** What a page about a study asks of the workspace. */
export interface ReportSource {
  figures: FigureSource;
  /** Texts by which the study was asked for, the oldest first. */
  studyTexts(name: string): Promise<{ title: string; fileName: string; text: string }[]>;
  /** What a run was trained by; null for one that has not begun. */
  environment(id: string): Promise<Record<string, unknown> | null>;
}

export interface ReportOptions {
  threshold: string;
  spread: Spread;
  application: string;
}

export interface ArmSettings {
  arm: string;
  runs: RunSummary[];
  /** By the settings that differ. */
  values: (readonly FieldValue[])[];
}

/** All that the page tells, as it goes to the thread that writes it. */
export interface StudyData {
  name: string;
  options: ReportOptions;
  texts: { title: string; fileName: string; text: string }[];
  /** In the order of the study's arms. */
  arms: ArmSettings[];
  runs: RunSummary[];
  /** Keys of settings. */
  differing: string[];
  common: { key: string; values: readonly FieldValue[] }[];
  /** Paired by seed, by arm; null for arms that have no control. */
  overControl: Map<string, Mean | null>;
  table: Rendered | null;
  figures: { title: string; rendered: Rendered }[];
  environments: Map<string, Record<string, unknown> | null>;
}

const TRUNK = /^trunk of /;

/**
 * Reads what a study's runs tell. Means are over finished runs, an arm each; runs that are only there because others share their
 * first epochs are left out.
 *
 * @throws CascadeError NOT_FOUND where no run is of the study, INVALID for a threshold that none has
 */
export async function studyData(
  source: ReportSource,
  name: string,
  options: ReportOptions,
): Promise<StudyData> {
  const all = await source.figures.listRuns();
  const runs = runsOfStudy(all, name);
  if (runs.length === 0) throw noSuchStudy(all, name);
  const narrow = ofRuns(source.figures, runs);
  const specifications = new Specifications();
  specifications.add(await source.figures.specifications([...new Set(runs.map(({ hash }) => hash))]));
  const { sources, catalogue } = queryable(runs, specifications);
  const settings = catalogue.fields.filter(({ kind }) => kind === 'setting');
  const differ = differing(settings, sources, options.threshold);
  const arms = armsOf(sources, differ, options.threshold);
  const environments = new Map<string, Record<string, unknown> | null>();
  for (const { id } of runs) environments.set(id, await source.environment(id));
  const first = sources[0]!;
  return {
    name,
    options,
    texts: await source.studyTexts(name),
    arms,
    runs,
    differing: differ.map(({ id }) => id),
    common: settings
      .filter((field) => !differ.includes(field))
      .map((field) => ({ key: field.id, values: field.values(first, options.threshold) }))
      .filter(({ values }) => values.length > 0),
    overControl: new Map(arms.map(({ arm, runs: own }) => [arm, overControl(own, all, options.spread)])),
    table: await tableOf(narrow, options),
    figures: await figuresOf(narrow, options),
    environments,
  };
}

/** The study's runs, told of this study alone, in the order of its arms and then of their seeds; the newest come first as in a list. */
function runsOfStudy(all: readonly RunSummary[], study: string): RunSummary[] {
  return all
    .filter(({ binnedAt }) => binnedAt === null)
    .map((run) => ({
      ...run,
      memberships: run.memberships.filter((each) => each.study === study && !TRUNK.test(each.arm)),
    }))
    .filter(({ memberships }) => memberships.length > 0)
    .sort(
      (one, other) => placeOf(other) - placeOf(one) || other.seed - one.seed || (other.id < one.id ? -1 : 1),
    );
}

/** Arms that a study names come before controls that were added. */
function placeOf({ memberships }: RunSummary): number {
  const places = memberships.flatMap(({ place }) => place ?? []);
  return places.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...places);
}

function noSuchStudy(all: readonly RunSummary[], name: string): CascadeError {
  const names = [...new Set(all.flatMap(({ memberships }) => memberships.map(({ study }) => study)))].sort();
  return new CascadeError(
    'NOT_FOUND',
    `There is no run of a study '${name}'${names.length === 0 ? '' : `; there are ${names.slice(0, 20).join(', ')}`}.`,
  );
}

/** The same source, in which there are no other runs. */
function ofRuns(source: FigureSource, runs: RunSummary[]): FigureSource {
  return new Proxy(source, {
    get: (all, key): unknown => {
      if (key === 'listRuns') return () => Promise.resolve(runs);
      const part: unknown = Reflect.get(all, key);
      return typeof part === 'function' ? (part.bind(all) as unknown) : part;
    },
  });
}

export const armOf = ({ memberships }: RunSummary): string => memberships[0]?.arm ?? '';

function armsOf(sources: readonly FieldSource[], fields: readonly Field[], threshold: string): ArmSettings[] {
  const arms = new Map<string, FieldSource[]>();
  for (const source of [...sources].reverse()) {
    const arm = armOf(source.run);
    arms.set(arm, [...(arms.get(arm) ?? []), source]);
  }
  return [...arms].map(([arm, own]) => ({
    arm,
    runs: own.map(({ run }) => run),
    values: fields.map((field) => [...new Set(own.flatMap((source) => field.values(source, threshold)))]),
  }));
}

/** Test accuracy of each finished run minus that of its own finished control, which has the same seed. */
function overControl(runs: readonly RunSummary[], all: readonly RunSummary[], spread: Spread): Mean | null {
  const known = new Map(all.map((run) => [run.id, run]));
  const differences = runs.flatMap((run) => {
    const control = run.control === null ? undefined : known.get(run.control);
    if (run.state !== 'finished' || control?.state !== 'finished') return [];
    if (run.testAccuracy === null || control.testAccuracy === null) return [];
    return [run.testAccuracy - control.testAccuracy];
  });
  return meanOf(differences, spread);
}

const STYLE = { venue: 'neurips', family: 'sans', size: 9, small: 8, width: 480, height: 270 } as const;

function measure(id: string, key = ''): MeasureKey {
  return { id, key } as MeasureKey;
}

async function tableOf(
  source: FigureSource,
  { threshold, spread, application }: ReportOptions,
): Promise<Rendered | null> {
  return rendered(source, application, {
    name: 'numbers',
    kind: 'table',
    threshold,
    spread,
    measures: [
      measure('testAccuracy'),
      measure('pruned'),
      measure('shed', threshold),
      measure('excess', threshold),
      measure('freed'),
      measure('inertAtLeast'),
      measure('compression', 'masked'),
      measure('speedUp', 'masked'),
    ],
  });
}

async function figuresOf(
  source: FigureSource,
  { threshold, spread, application }: ReportOptions,
): Promise<StudyData['figures']> {
  const wanted: { title: string; given: FigureGiven }[] = [
    {
      title: 'Test accuracy',
      given: { name: 'accuracy', kind: 'curves', measures: [measure('testAccuracy')] },
    },
    {
      title: 'Shed weights',
      given: { name: 'shed', kind: 'curves', measures: [measure('shed', threshold)] },
    },
    {
      title: 'Excess over the control',
      given: { name: 'excess', kind: 'curves', measures: [measure('excess', threshold)] },
    },
    {
      title: 'Trade-off: test accuracy against pruned weights',
      given: {
        name: 'trade-off',
        kind: 'trade-off',
        x: measure('pruned'),
        measures: [measure('testAccuracy')],
      },
    },
  ];
  const figures: StudyData['figures'] = [];
  for (const { title, given } of wanted) {
    const drawn = await rendered(source, application, { ...given, threshold, spread, style: STYLE });
    if (drawn !== null) figures.push({ title, rendered: drawn });
  }
  return figures;
}

/** Null where no run has such numbers. */
async function rendered(
  source: FigureSource,
  application: string,
  given: FigureGiven,
): Promise<Rendered | null> {
  const figure = figureSpecification.parse(given);
  const collected = await collect(source, figure);
  return hasNumbers(collected.data) ? { figure, collected, application, date: 0 } : null;
}

/** Of the kinds that the page has: a table, and curves or points. */
function hasNumbers(data: Collected['data']): boolean {
  if ('quantities' in data) return data.rows.some(({ cells }) => cells.some((cell) => cell !== null));
  const panels = data as readonly SeriesPanel[];
  return panels.some(({ groups }) => groups.some(({ points }) => points.some(({ mean }) => mean !== null)));
}
