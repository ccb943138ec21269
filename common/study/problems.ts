import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { allowedNames, describeAllowed, describeFound } from './describe.ts';
import type { Path, StudyProblem } from './document.ts';
import { quote } from './document.ts';
import { componentOptions, objectSchema, schemaUnder, unwrap } from './schema-walk.ts';

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

/** What a schema has against a value, in words for a person. */
export function findings(schema: z.ZodType, value: unknown): Finding[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, schema, value));
}

function explain(issue: z.core.$ZodIssue, root: z.ZodType, rootValue: unknown): Finding[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  const { schema, value } = follow(root, rootValue, path);
  const finding = (message: string, more: Partial<Finding> = {}): Finding[] => [
    { path, message, missing: false, atKey: false, ...more },
  ];
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((schema && objectSchema(schema, value)?.shape) ?? {});
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key ${quote(key)}; allowed: ${known.join(', ')}${elsewhere(root, key, known) ?? nearest(key, known)}`,
      missing: false,
      atKey: true,
    }));
  }
  const allowed = schema === null ? '' : describeAllowed(schema);
  if (value === undefined)
    return finding(allowed === '' ? 'is missing' : `is missing; give ${allowed}`, { missing: true });
  if (issue.code === 'custom') return finding(`found ${describeFound(value)}; ${issue.message}`);
  if (issue.code === 'invalid_format') {
    const form = issue.message.startsWith('Invalid') ? allowed : issue.message;
    return finding(`found ${describeFound(value)}; allowed: ${form}`);
  }
  const size = sizeSentence(issue);
  if (size !== null) return finding(`found ${describeFound(value)}; ${size}`);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that the value's own type fits says more than the list of all branches.
    const fitting = issue.errors.find((branch) => branch.every((inner) => inner.code !== 'invalid_type'));
    if (fitting !== undefined)
      return fitting.flatMap((inner) =>
        inner.code === 'invalid_format' || inner.code === 'custom'
          ? finding(`found ${describeFound(value)}; allowed: ${inner.message}`)
          : finding(`found ${describeFound(value)}; allowed: ${allowed}`),
      );
  }
  const names = schema === null ? null : allowedNames(schema);
  const hint =
    typeof value === 'string' && names !== null
      ? nearest(value, names)
      : typeof value === 'string' && schema !== null
        ? stringHint(schema, value)
        : typeof value !== 'object' && schema !== null && unwrap(schema) instanceof z.ZodString
          ? '; put it in quotes'
          : '';
  return finding(`found ${describeFound(value)}; allowed: ${allowed}${hint}`);
}

/** The schema and the value at a path; null where the schema ends before. */
function follow(root: z.ZodType, rootValue: unknown, path: Path) {
  let schema: z.core.$ZodType | null = root;
  let value = rootValue;
  for (const segment of path) {
    schema = schema === null ? null : schemaUnder(schema, value, segment);
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined;
  }
  return { schema, value };
}

/** Lists and texts of a wrong length; numbers out of range are told by their whole range. */
function sizeSentence(issue: z.core.$ZodIssue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null;
  const unit = issue.origin === 'array' ? 'item' : issue.origin === 'string' ? 'character' : null;
  if (unit === null) return null;
  const count = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  return `allowed: at ${issue.code === 'too_small' ? 'least' : 'most'} ${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A number or a truth value written as text. */
function stringHint(schema: z.core.$ZodType, text: string): string {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodNumber && text.trim() !== '' && Number.isFinite(Number(text)))
    return '; write it without quotes';
  if (inner instanceof z.ZodNumber && /^\d+,\d+$/.test(text)) return '; write decimals with a point';
  if (inner instanceof z.ZodBoolean && /^(yes|on)$/i.test(text)) return '; write true';
  if (inner instanceof z.ZodBoolean && /^(no|off)$/i.test(text)) return '; write false';
  return '';
}

/** "; did you mean 'magnitude'?", where a name is near enough to be meant. */
export function nearest(found: string, names: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '');
  const ranked = names
    .map((name) => ({ name, far: distance(plain(found), plain(name)) }))
    .sort((a, b) => a.far - b.far)[0];
  if (ranked === undefined || found === ranked.name) return '';
  const start = plain(ranked.name).startsWith(plain(found)) && found.length >= 3;
  return start || ranked.far <= Math.max(1, Math.floor(ranked.name.length / 3))
    ? `; did you mean ${quote(ranked.name)}?`
    : '';
}

/** "; it belongs under optimizer", of an option of some component that was written outside of it. */
function elsewhere(root: z.ZodType, key: string, known: readonly string[]): string | null {
  if (!(root instanceof z.ZodObject) || known.some((name) => name === key)) return null;
  const homes = homesOf(root, key, []);
  return homes.length === 0 ? null : `; it belongs under ${[...new Set(homes)].join(' or ')}`;
}

function homesOf(schema: z.ZodObject, key: string, path: readonly string[]): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = unwrap(field);
    const here = [...path, name];
    if (inner instanceof z.ZodDiscriminatedUnion)
      return componentOptions(inner).some(([, options]) => key in options.shape) ? [here.join('.')] : [];
    if (!(inner instanceof z.ZodObject)) return [];
    return [...(key in inner.shape ? [here.join('.')] : []), ...homesOf(inner, key, here)];
  });
}
