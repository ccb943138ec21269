import * as z from 'zod';
import type { Path } from './document.ts';
import { quoted } from '../../base/names.ts';
import type { MergedSettings } from './merge.ts';
import { MOST_EXPLAINED, nearest } from './problems.ts';
import type { Finding } from './problems.ts';
import { repeated } from './repeated.ts';
import { componentOptions, unwrap } from './schema-walk.ts';

/**
 * Grids: lists of values for settings, of which every combination is an arm. The grid of an arm lies over its settings,
 * and that of the study over every arm, where the arm gives no list of its own for the same setting.
 */

/** One setting of a grid with its values. */
export interface GridAxis {
  /** The key in the grid, such as 'pruning.sparsity', and where it stands in the file. */
  key: string;
  written: Path;
  /** The setting as a path: the names that a mapping is keyed by are one segment, dots and all. */
  path: readonly string[];
  values: readonly unknown[];
}

/** One value of every axis. */
export interface Combination {
  /** What follows the arm's name: 'sparsity=0.5 criterion=random'. */
  name: string;
  settings: readonly { path: Path; value: unknown; written: Path }[];
}

/** The axes of a grid whose shape is right, and what is wrong with them. Values are checked where they are laid over an arm. */
export function readGrid(
  grid: Readonly<Record<string, unknown>>,
  written: Path,
  schema: z.ZodObject,
): { axes: GridAxis[]; findings: Finding[] } {
  const axes: GridAxis[] = [];
  const findings: Finding[] = [];
  for (const [key, values] of Object.entries(grid)) {
    if (findings.length >= MOST_EXPLAINED) break;
    const place = [...written, key];
    const path = pathOf(schema, key);
    if (path === null)
      findings.push({ path: place, message: unknownSetting(schema, key), missing: false, atKey: true });
    if (!Array.isArray(values)) continue;
    const again = repeated(values.map((value) => JSON.stringify(value)));
    for (const index of again.slice(0, MOST_EXPLAINED))
      findings.push({
        path: [...place, index],
        message: `${shortText(values[index]) ?? 'the same value'} stands twice in this list; values are distinct`,
        missing: false,
        atKey: false,
      });
    if (path !== null && values.length > 0) axes.push({ key, written: place, path, values });
  }
  return { axes, findings };
}

/**
 * The study's axes and an arm's own. One of the arm replaces the study's of the same setting, and those of the study's
 * that are of its pruning are left out of an arm that prunes nothing.
 */
export function axesOf(
  study: readonly GridAxis[],
  own: readonly GridAxis[],
  { value }: MergedSettings,
): GridAxis[] {
  const prunes = value['pruning'] !== null && value['pruning'] !== undefined;
  return [
    ...study.filter(
      ({ key, path }) => (prunes || path[0] !== 'pruning') && own.every((other) => other.key !== key),
    ),
    ...own,
  ];
}

export function countCombinations(axes: readonly GridAxis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/** Every combination, the values of the last axis changing first; one without settings where there are no axes. */
export function combinations(axes: readonly GridAxis[]): Combination[] {
  const labels = axisLabels(axes);
  const choices = axes.map(({ path, written, values }, axis) => {
    const texts = valueLabels(values);
    return values.map((value, index) => ({
      name: `${labels[axis]}=${texts[index]}`,
      setting: { path, value, written: [...written, index] },
    }));
  });
  const all = choices.reduce<(typeof choices)[number][]>(
    (rows, axis) => rows.flatMap((row) => axis.map((choice) => [...row, choice])),
    [[]],
  );
  return all.map((row) => ({
    name: row.map(({ name }) => name).join(' '),
    // What is chosen for a component comes before what is chosen for its options.
    settings: row.map(({ setting }) => setting).sort((a, b) => a.path.length - b.path.length),
  }));
}

/** The last part of each path, or as many as tell it from the others; `name` is not told. */
function axisLabels(axes: readonly GridAxis[]): string[] {
  const paths = axes.map(({ path }) => (path.at(-1) === 'name' ? path.slice(0, -1) : path));
  const ending = (path: readonly string[], length: number): string => path.slice(-length).join('.');
  return paths.map((path, index) => {
    let length = 1;
    while (
      length < path.length &&
      paths.some((other, at) => at !== index && ending(other, length) === ending(path, length))
    )
      length++;
    return ending(path, length);
  });
}

const LONGEST_LABEL = 40;

/** A short text for each value, by its position where it has none of its own. */
function valueLabels(values: readonly unknown[]): string[] {
  const texts = values.map(shortText);
  const again = new Set(repeated(texts));
  return texts.map((text, index) => (text === null || again.has(index) ? `#${index + 1}` : text));
}

/** A value in a few characters on one line; null where that cannot be. */
function shortText(value: unknown): string | null {
  const text = valueText(value);
  return text.length <= LONGEST_LABEL && /^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u.test(text) ? text : null;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, ...options } = value as Record<string, unknown>;
  const text = Object.entries(options)
    .map(([key, option]) => `${key}=${valueText(option)}`)
    .join(',');
  if (typeof name !== 'string') return `{${text}}`;
  return text === '' ? name : `${name}(${text})`;
}

/** The setting that a key of a grid names; null where there is none in any component. */
function pathOf(schema: z.ZodObject, key: string): string[] | null {
  const path: string[] = [];
  let schemas: z.core.$ZodType[] = [schema];
  let rest = key.split('.');
  while (rest.length > 0) {
    const [first, ...others] = rest as [string, ...string[]];
    const records = schemas.map(unwrap).filter((inner) => inner instanceof z.ZodRecord);
    // Names such as those of layers have dots of their own, and stand last.
    if (records.length > 0) return rest.includes('') ? null : [...path, rest.join('.')];
    schemas = schemas.flatMap((under) =>
      fieldsOf(under)
        .filter(([name]) => name === first)
        .map(([, field]) => field),
    );
    if (schemas.length === 0) return null;
    path.push(first);
    rest = others;
  }
  return path;
}

/** Every setting that a grid may name, but for those in mappings with names of the study's own. */
export function gridSettings(schema: z.ZodObject): Map<string, z.core.$ZodType[]> {
  const settings = new Map<string, z.core.$ZodType[]>();
  const collect = (under: z.core.$ZodType, prefix: string): void => {
    for (const [name, field] of fieldsOf(under)) {
      const key = `${prefix}${name}`;
      settings.set(key, [...(settings.get(key) ?? []), field]);
      collect(field, `${key}.`);
    }
  };
  collect(schema, '');
  return settings;
}

/** The keys of a mapping, and of every component that may stand there. */
function fieldsOf(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return Object.entries(inner.shape);
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return [];
  return componentOptions(inner).flatMap(([, options]) => Object.entries(options.shape));
}

function unknownSetting(schema: z.ZodObject, key: string): string {
  const known = [...gridSettings(schema).keys()];
  const last = key.split('.').at(-1)!;
  const elsewhere = known.filter((setting) => setting !== key && setting.split('.').at(-1) === last);
  const meant =
    elsewhere.length > 0
      ? `; did you mean ${elsewhere.slice(0, 3).map(quoted).join(' or ')}?`
      : nearest(key, known);
  return `there is no setting ${quoted(key)}; write one as a path, such as pruning.sparsity${meant}`;
}
