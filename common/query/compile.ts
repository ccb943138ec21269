import type { FieldCatalogue } from '../fields/catalogue.ts';
import type { Field, FieldSource, FieldType, FieldValue } from '../fields/field.ts';
import { nearestName } from '../nearest.ts';
import { thresholdKey } from '../thresholds.ts';
import { parseQuery } from './parse.ts';
import type { Operator, Syntax, ValueSyntax } from './syntax.ts';
import { QueryError } from './tokens.ts';

export type Predicate = (source: FieldSource) => boolean;

/** What a query means among the fields that there are. */
export interface QueryContext {
  catalogue: FieldCatalogue;
  /** Where a measure is told at thresholds and none is written: this one. */
  threshold: string;
}

/** Stands for what is not there: `criterion = none`. */
const NONE = 'none';
/** Plain words of a run's id have to be so long, lest every 'a' be the beginning of one. */
const LEAST_OF_ID = 4;

/** Which runs a query means. @throws QueryError with the place of a key that does not exist, or a value that its key cannot have */
export function compileQuery(text: string, context: QueryContext): Predicate {
  return predicateOf(parseQuery(text), context);
}

function predicateOf(syntax: Syntax, context: QueryContext): Predicate {
  switch (syntax.is) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = syntax.parts.map((part) => predicateOf(part, context));
      return (source) => parts.every((part) => part(source));
    }
    case 'or': {
      const parts = syntax.parts.map((part) => predicateOf(part, context));
      return (source) => parts.some((part) => part(source));
    }
    case 'not': {
      const part = predicateOf(syntax.part, context);
      return (source) => !part(source);
    }
    case 'word':
      return named(syntax.text);
    case 'comparison':
      return comparison(syntax, context);
  }
}

/** A word that stands in the names of a study or an arm, or begins the id. */
function named(text: string): Predicate {
  const word = text.toLowerCase();
  return ({ run: { id, memberships, seed } }) =>
    (word.length >= LEAST_OF_ID && id.startsWith(word)) ||
    memberships.some(
      ({ study, arm }) =>
        study.toLowerCase().includes(word) || arm.toLowerCase().includes(word) || word === `seed ${seed}`,
    );
}

function comparison(
  { key, operator, values, negated }: Extract<Syntax, { is: 'comparison' }>,
  { catalogue, threshold }: QueryContext,
): Predicate {
  const found = catalogue.find(key.name);
  if ('problem' in found) throw new QueryError(found.problem, key.from, key.to);
  const { field } = found;
  if (key.argument !== undefined && field.each === undefined)
    throw new QueryError(`${field.id} has no thresholds: leave out (${key.argument}).`, key.from, key.to);
  const label = key.argument === undefined ? threshold : thresholdKey(key.argument);
  if (label === null)
    throw new QueryError(`“${key.argument}” is no threshold, such as 1e-4 or 1e-3σ.`, key.from, key.to);
  const test = testOf(field, operator, values);
  return negated
    ? (source) => !test(field.values(source, label))
    : (source) => test(field.values(source, label));
}

type Test = (values: readonly FieldValue[]) => boolean;

function testOf(field: Field, operator: Operator, written: readonly ValueSyntax[]): Test {
  if (operator === 'in') {
    const tests = written.map((value) => equal(field, value));
    return (values) => tests.some((test) => test(values));
  }
  const value = written[0]!;
  if (operator === '=') return equal(field, value);
  if (operator === '!=') {
    const test = equal(field, value);
    return (values) => !test(values);
  }
  if (operator === '~' || operator === '!~') {
    const part = value.text.toLowerCase();
    const holds: Test = (values) => values.some((each) => String(each).toLowerCase().includes(part));
    return operator === '~' ? holds : (values) => !holds(values);
  }
  return ordered(field, operator, value);
}

function equal(field: Field, value: ValueSyntax): Test {
  if (!value.quoted && value.text.toLowerCase() === NONE && !(field.known ?? []).includes(NONE))
    return (values) => values.length === 0;
  const wanted = valueOf(field, value);
  if (typeof wanted === 'string') {
    const plain = wanted.toLowerCase();
    return (values) => values.some((each) => String(each).toLowerCase() === plain);
  }
  if (field.type === 'time') {
    const end = endOfTime(value.text);
    return (values) => values.some((each) => Number(each) >= Number(wanted) && Number(each) < end);
  }
  return (values) => values.includes(wanted);
}

function ordered(field: Field, operator: '<' | '<=' | '>' | '>=', value: ValueSyntax): Test {
  if (field.type === 'text' || field.type === 'flag')
    throw new QueryError(
      `${field.id} has no order: compare it with =, !=, ~ or in [ ].`,
      value.from,
      value.to,
    );
  const isAfter = operator === '>' || operator === '<=';
  // After a day is after its end, and up to it is up to its end.
  const written = Number(valueOf(field, value));
  const bound = field.type === 'time' && isAfter ? endOfTime(value.text) - 1 : written;
  switch (operator) {
    case '<':
      return (values) => values.some((each) => Number(each) < bound);
    case '<=':
      return (values) => values.some((each) => Number(each) <= bound);
    case '>':
      return (values) => values.some((each) => Number(each) > bound);
    case '>=':
      return (values) => values.some((each) => Number(each) >= bound);
  }
}

const READERS: Readonly<Record<FieldType, (text: string) => FieldValue | null>> = {
  text: (text) => text,
  number: numberOf,
  flag: (text) => (/^(true|yes)$/i.test(text) ? true : /^(false|no)$/i.test(text) ? false : null),
  time: timeOf,
};
const EXPECTED: Readonly<Record<FieldType, string>> = {
  text: 'text',
  number: 'a number, such as 0.8, 80% or 1e-4',
  flag: 'yes or no',
  time: 'a day or a moment, such as 2026-11-27 or 2026-11-27T14:30',
};

function valueOf(field: Field, { text, from, to }: ValueSyntax): FieldValue {
  const value = READERS[field.type](text);
  if (value === null)
    throw new QueryError(`“${text}” is not ${EXPECTED[field.type]}, which ${field.id} is.`, from, to);
  if (field.known && typeof value === 'string' && !field.known.includes(value.toLowerCase())) {
    const meant = nearestName(value, field.known);
    const rest = meant === null ? `it is one of ${field.known.join(', ')}` : `did you mean ${meant}?`;
    throw new QueryError(`${field.id} is never “${text}”: ${rest}`, from, to);
  }
  return value;
}

function numberOf(text: string): number | null {
  const [, digits, percent] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  // Through its digits, not by division: 7% is the number that 0.07 is.
  return percent === '%' ? Number(`${digits}e-2`) || Number(digits) / 100 : Number(digits);
}

const TIME = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?)?$/;

/** The first moment of a month, day, minute or second, in the time of this place. */
function timeOf(text: string): number | null {
  const parts = TIME.exec(text)?.slice(1);
  if (!parts) return null;
  const [year, month, day = 1, hour = 0, minute = 0, second = 0] = parts.flatMap((part) =>
    part === undefined ? [] : [Number(part)],
  );
  const date = new Date(year!, month! - 1, day, hour, minute, second);
  return date.getMonth() === month! - 1 && date.getDate() === day ? date.getTime() : null;
}

/** The first moment after what a text names. @param text that `timeOf` reads */
function endOfTime(text: string): number {
  const count =
    TIME.exec(text)
      ?.slice(1)
      .filter((part) => part !== undefined).length ?? 0;
  const date = new Date(timeOf(text) ?? NaN);
  if (count === 2) date.setMonth(date.getMonth() + 1);
  else if (count === 3) date.setDate(date.getDate() + 1);
  else if (count === 5) date.setMinutes(date.getMinutes() + 1);
  else date.setSeconds(date.getSeconds() + 1);
  return date.getTime();
}
