import * as z from 'zod';

/** How an option of a kind of figure is edited, from its schema; no Vue. */
export type OptionField = {
  name: string;
  /** What it means, and what it is where nothing is written. */
  description: string;
  usual: string;
} & (
  | { as: 'switch'; initial: boolean }
  | { as: 'choice'; values: readonly string[]; required: boolean }
  | { as: 'number'; least: number | undefined; most: number | undefined; whole: boolean }
  | { as: 'text' }
  | { as: 'numbers' }
  | { as: 'texts' }
  | { as: 'limits' }
  | { as: 'rows'; columns: readonly RowColumn[] }
);

/** A column of a list of things, such as annotations. */
export interface RowColumn {
  /** Path of the key: 'to.x'. */
  name: string;
  as: 'number' | 'text' | 'choice';
  values: readonly string[];
  optional: boolean;
}

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** The options of a kind in their order. */
export function optionFields(options: z.ZodObject): OptionField[] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as Schema;
  return Object.entries(properties).map(([name, schema]) => fieldOf(name, schema));
}

function fieldOf(name: string, schema: Schema): OptionField {
  const about = { name, description: schema.description ?? '', usual: usualText(schema.default) };
  const own = withoutNull(schema);
  if (own.type === 'boolean') return { ...about, as: 'switch', initial: schema.default === true };
  if (own.enum !== undefined)
    return { ...about, as: 'choice', values: own.enum.map(String), required: schema.default !== undefined };
  if (own.type === 'number' || own.type === 'integer')
    return {
      ...about,
      as: 'number',
      least: own.minimum ?? own.exclusiveMinimum,
      most: own.maximum,
      whole: own.type === 'integer',
    };
  if (own.type === 'array' && own.prefixItems !== undefined) return { ...about, as: 'limits' };
  if (own.type === 'array' && own.items?.type === 'object')
    return { ...about, as: 'rows', columns: columnsOf(own.items, '', true) };
  if (own.type === 'array') return { ...about, as: own.items?.type === 'string' ? 'texts' : 'numbers' };
  return { ...about, as: 'text' };
}

function columnsOf({ properties = {}, required = [] }: Schema, prefix: string, all: boolean): RowColumn[] {
  return Object.entries(properties).flatMap(([name, schema]): RowColumn[] => {
    const own = withoutNull(schema);
    const isRequired = all && required.includes(name);
    if (own.type === 'object') return columnsOf(own, `${prefix}${name}.`, isRequired);
    const as = own.enum !== undefined ? 'choice' : own.type === 'string' ? 'text' : 'number';
    return [{ name: `${prefix}${name}`, as, values: (own.enum ?? []).map(String), optional: !isRequired }];
  });
}

/** What may be null has the schema of what it is otherwise. */
function withoutNull(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

function usualText(usual: unknown): string {
  if (usual === undefined || usual === null || (Array.isArray(usual) && usual.every((one) => one === null)))
    return '';
  return typeof usual === 'object' ? '' : String(usual as string | number | boolean);
}

/** '0, 4, 10-20' as numbers. @returns null of a text that is none */
export function numbersOf(text: string): number[] | null {
  const numbers: number[] = [];
  for (const part of text.split(/[,\s]+/).filter((one) => one !== '')) {
    const [, from, to] = /^(\d+)[-–](\d+)$/.exec(part) ?? [];
    if (from !== undefined && to !== undefined) {
      for (let at = Number(from); at <= Number(to) && numbers.length < 1000; at++) numbers.push(at);
      continue;
    }
    const number = Number(part);
    if (!Number.isFinite(number)) return null;
    numbers.push(number);
  }
  return numbers;
}

type Row = Record<string, unknown>;

/** The text of a cell of a row, at a path. */
export function cellOf(row: Row, path: string): string {
  let found: unknown = row;
  for (const key of path.split('.')) found = (found as Row | undefined)?.[key];
  return found === undefined || found === null ? '' : String(found as string | number);
}

/** The row with another cell; an object whose cells are all empty is left out. */
export function withCell(row: Row, path: string, value: unknown): Row {
  const [key = '', ...rest] = path.split('.');
  const { [key]: was, ...others } = row;
  if (rest.length === 0) return value === undefined ? others : { ...row, [key]: value };
  const inner = withCell((was as Row | undefined) ?? {}, rest.join('.'), value);
  return Object.keys(inner).length === 0 ? others : { ...row, [key]: inner };
}
