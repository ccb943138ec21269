import * as z from 'zod';
import { allowedNames, describeAllowed, describeFound } from './describe.ts';
import type { Path } from './document.ts';
import type { StudyProblem } from './first-problems.ts';
import { nearestName } from '../../../common/nearest.ts';
import { quoted } from '../../base/names.ts';
import { componentOptions, isPlainName, objectSchema, schemaUnder, unwrap } from './schema-walk.ts';

/** One finding of a schema: where in the value, and the sentence. */
export interface Finding {
  path: Path;
  message: string;
  /** Nothing stands there though something must. */
  missing: boolean;
  /** The key itself is wrong, not its value. */
  atKey: boolean;
}

/** A problem as one line: 'line 14, arms[1].pruning.criterion: found 'magnitud'; allowed: random, magnitude; …'. */
export function formatProblem(problem: StudyProblem): string {
  const place = [
    ...(problem.line === null ? [] : [`line ${problem.line}`]),
    ...(problem.key === '' ? [] : [problem.key]),
  ];
  return place.length === 0 ? problem.message : `${place.join(', ')}: ${problem.message}`;
}

/** What is explained of one value: a list of a hundred thousand wrong items is understood before. */
export const MOST_EXPLAINED = 100;

/** The first that a schema has against a value, in words for a person. */
export function findings(schema: z.ZodType, value: unknown, home: HomeOf = homeIn(schema)): Finding[] {
  const result = schema.safeParse(value);
  return result.success
    ? []
    : result.error.issues.slice(0, MOST_EXPLAINED).flatMap((issue) => explain(issue, schema, value, home));
}

function explain(issue: z.core.$ZodIssue, root: z.ZodType, rootValue: unknown, home: HomeOf): Finding[] {
  const whole = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  const { schema, value, plainName } = follow(root, rootValue, whole);
  const path = plainName ? whole.slice(0, -1) : whole;
  const finding = (message: string, more: Partial<Finding> = {}): Finding[] => [
    { path, message, missing: false, atKey: false, ...more },
  ];
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((schema && objectSchema(schema, value)?.shape) ?? {});
    return issue.keys.slice(0, MOST_EXPLAINED).map((key) => ({
      path: [...path, key],
      message: `unknown key ${quoted(key)}; allowed: ${known.join(', ')}${ownerHint(schema, key) || unknownKeyHint(key, known, home)}`,
      missing: false,
      atKey: true,
    }));
  }
  const allowed = schema === null ? '' : describeAllowed(schema);
  if (value === undefined)
    return finding(allowed === '' ? 'is missing' : `is missing; give ${allowed}`, { missing: true });
  if (issue.code === 'custom') return finding(`found ${describeFound(value)}; ${issue.message}`);
  const size = sizeSentence(issue);
  if (size !== null) return finding(`found ${describeFound(value)}; ${size}`);
  const names = schema === null ? null : meantNames(unwrap(schema));
  const hint =
    schema === null
      ? ''
      : typeof value === 'string' && names !== null
        ? nearest(value, names) || typeHint(unwrap(schema), value)
        : typeHint(unwrap(schema), value);
  return finding(`found ${describeFound(value)}; allowed: ${allowed}${hint}`);
}

/** The schema and the value at a path, and whether that is the name of what is written as a plain one; null where the schema ends before. */
function follow(root: z.ZodType, rootValue: unknown, path: Path) {
  let schema: z.core.$ZodType | null = root;
  let value = rootValue;
  let plainName = false;
  for (const segment of path) {
    plainName = isPlainName(schema, value, segment);
    schema = schema === null ? null : schemaUnder(schema, value, segment);
    if (plainName) break;
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined;
  }
  return { schema, value, plainName };
}

/** Lists and texts of a wrong length; numbers out of range are told by their whole range. */
function sizeSentence(issue: z.core.$ZodIssue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null;
  const unit = issue.origin === 'array' ? 'item' : issue.origin === 'string' ? 'character' : null;
  if (unit === null) return null;
  const count = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  return `allowed: at ${issue.code === 'too_small' ? 'least' : 'most'} ${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Names that a text may have been meant for: also those of an alternative. */
function meantNames(schema: z.core.$ZodType): string[] | null {
  if (!(schema instanceof z.ZodUnion)) return allowedNames(schema);
  const names = schema.options.flatMap((option) => allowedNames(option) ?? []);
  return names.length === 0 ? null : names;
}

/** What a value of a likely mistake should have been written as. */
function typeHint(schema: z.core.$ZodType, value: unknown): string {
  if (schema instanceof z.ZodString) return typeof value === 'object' ? '' : quotesHint(value);
  if (schema instanceof z.ZodNumber && typeof value === 'number') {
    const limit = schema.maxValue ?? Infinity;
    return limit <= 1 && value > 1 && value <= 100
      ? `; it is a share: write ${value / 100} for ${value}%`
      : '';
  }
  if (typeof value !== 'string') return '';
  if (schema instanceof z.ZodNumber) {
    if (value.trim() !== '' && Number.isFinite(Number(value))) return '; write it without quotes';
    if (/^\d+,\d+$/.test(value)) return '; write decimals with a point';
    if (/^\d+(\.\d+)?\s*%$/.test(value)) return `; write ${Number.parseFloat(value) / 100}`;
  }
  const boolean =
    schema instanceof z.ZodBoolean ||
    (schema instanceof z.ZodUnion && schema.options.some((option) => option instanceof z.ZodBoolean));
  if (boolean && /^(yes|on)$/i.test(value)) return '; write true';
  if (boolean && /^(no|off)$/i.test(value)) return '; write false';
  return '';
}

/** YAML reads 2024, true and 1e3 as something else than text. */
function quotesHint(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : '';
}

/** "; did you mean 'magnitude'?", where a name is near enough to be meant. */
export function nearest(found: string, names: readonly string[]): string {
  const meant = nearestName(found, names);
  return meant === null ? '' : `; did you mean ${quoted(meant)}?`;
}

/** '; it is an option of adam', of a key that another component of the kind has. */
function ownerHint(schema: z.core.$ZodType | null, key: string): string {
  const inner = schema === null ? null : unwrap(schema);
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return '';
  const owners = componentOptions(inner).filter(([, options]) => Object.hasOwn(options.shape, key));
  return owners.length === 0 ? '' : `; it is an option of ${owners.map(([name]) => name).join(', ')}`;
}

/** Where in a file a misplaced key belongs; none where it belongs nowhere. */
export type HomeOf = (key: string) => string[];

function unknownKeyHint(key: string, known: readonly string[], home: HomeOf): string {
  if (/^\d+$/.test(key)) return '; write decimals with a point';
  const meant = nearest(key, known);
  const homes = home(key);
  return meant === '' && homes.length > 0 ? `; it belongs under ${homes.join(' or ')}` : meant;
}

/** Finds an option of some component that was written outside of it. */
function homeIn(schema: z.ZodType): HomeOf {
  return (key) =>
    schema instanceof z.ZodObject && key !== 'name' ? [...new Set(homesOf(schema, key, []))] : [];
}

function homesOf(schema: z.ZodObject, key: string, path: readonly string[]): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = unwrap(field);
    const here = [...path, name];
    if (inner instanceof z.ZodDiscriminatedUnion)
      return componentOptions(inner).some(([, options]) => Object.hasOwn(options.shape, key))
        ? [here.join('.')]
        : [];
    if (!(inner instanceof z.ZodObject)) return [];
    return [...(Object.hasOwn(inner.shape, key) ? [here.join('.')] : []), ...homesOf(inner, key, here)];
  });
}
