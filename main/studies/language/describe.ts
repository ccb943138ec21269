import * as z from 'zod';
import { quoted } from '../../base/names.ts';
import { componentOptions, unwrap } from './schema-walk.ts';
import { wording } from '../../../common/study/wording.ts';

/** Schemas and values in words, for the sentences of problems. */

/** What a schema allows: 'a whole number from 1 to 65536', 'random, magnitude', 'a list of …'. */
export function describeAllowed(schema: z.core.$ZodType): string {
  const inner = unwrap(schema);
  const worded = wording.get(inner);
  if (worded !== undefined) return worded.allowed;
  if (inner instanceof z.ZodDiscriminatedUnion)
    return `one of ${componentOptions(inner)
      .map(([name]) => name)
      .join(', ')}, by name or as a mapping with its options`;
  if (inner instanceof z.ZodObject) return `a mapping with the keys ${Object.keys(inner.shape).join(', ')}`;
  if (inner instanceof z.ZodRecord)
    return inner.valueType instanceof z.ZodUnknown
      ? 'a mapping'
      : `a mapping from names, each to ${describeAllowed(inner.valueType)}`;
  if (inner instanceof z.ZodTuple)
    return `a list of ${inner.def.items.length}: ${inner.def.items.map(describeAllowed).join('; ')}`;
  if (inner instanceof z.ZodUnion) return [...new Set(inner.options.map(describeAllowed))].join(', or ');
  if (inner instanceof z.ZodArray) return `a list, each item ${describeAllowed(inner.element)}`;
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodNumber) return describeNumber(inner);
  if (inner instanceof z.ZodString) return 'text';
  const names = allowedNames(inner);
  return names === null ? 'another value' : names.join(', ');
}

/** The values of a schema that allows only some; null of any other. */
export function allowedNames(schema: z.core.$ZodType): string[] | null {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map(String);
  if (inner instanceof z.ZodLiteral) return [...inner.values].map(String);
  return null;
}

function describeNumber(schema: z.ZodNumber): string {
  const json = z.toJSONSchema(schema) as Record<string, unknown>;
  const bound = (key: string): number | null => {
    const value = json[key];
    return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
  };
  const noun = json['type'] === 'integer' ? 'a whole number' : 'a number';
  const [least, most] = [bound('minimum'), bound('maximum')];
  const [above, below] = [bound('exclusiveMinimum'), bound('exclusiveMaximum')];
  if (least !== null && most !== null) return `${noun} from ${least} to ${most}`;
  const limits = [
    ...(above !== null ? [`above ${above}`] : []),
    ...(least !== null ? [`${least} or more`] : []),
    ...(below !== null ? [`below ${below}`] : []),
    ...(most !== null ? [`at most ${most}`] : []),
  ];
  return limits.length === 0 ? noun : `${noun}, ${limits.join(' and ')}`;
}

/** What was found, short enough for a sentence. */
export function describeFound(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return quoted(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (Array.isArray(value)) {
    const items = value.map((item) => (typeof item === 'object' && item !== null ? '…' : String(item)));
    const text = items.join(', ');
    return value.length === 0
      ? 'an empty list'
      : `the list [${text.length > 60 ? `${text.slice(0, 57)}…` : text}]`;
  }
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty mapping'
      : `a mapping with the key${keys.length > 1 ? 's' : ''} ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', …' : ''}`;
  }
  return String(value);
}
