import * as z from 'zod';
import type { Component } from '../../trainer/component.ts';
import { allowedNames, describeAllowed } from './describe.ts';
import { componentOptions, unwrap } from './schema-walk.ts';

/** What a component's option is, in words, for lists and pages that are made from the components. */
export interface OptionDescription {
  name: string;
  /** 'a number from 0 to 10', 'random, magnitude', 'true or false'. */
  allowed: string;
  /** The values, where only some are allowed; the words above tell any other's. */
  values?: string[];
  required: boolean;
  /** What it is where nothing is written; absent where it is required. */
  default?: unknown;
  description: string;
  /** Where it is a mapping, or a list of them: what that may hold, by the kind that it names where there are several. */
  within?: MappingDescription[];
}

export interface MappingDescription {
  /** Null where all are of one kind. */
  kind: string | null;
  options: OptionDescription[];
}

export function describeOptions({ options }: Pick<Component, 'options'>): OptionDescription[] {
  return optionsOf(options, 'name', true);
}

/** @param deep whether mappings within are described too: a list may hold lists of its own kind */
function optionsOf(schema: z.ZodObject, discriminator: string | null, deep: boolean): OptionDescription[] {
  return Object.entries(schema.shape)
    .filter(([name]) => name !== discriminator)
    .map(([name, field]) => {
      const type = field as z.ZodType;
      const standard = z.safeParse(type, undefined);
      const values = allowedNames(type);
      const within = deep ? mappingsIn(type) : null;
      return {
        name,
        allowed: describeAllowed(type) + (z.safeParse(type, null).success ? ', or null' : ''),
        ...(values === null ? {} : { values }),
        required: !standard.success,
        ...(standard.success ? { default: standard.data } : {}),
        description: descriptionOf(type),
        ...(within === null ? {} : { within }),
      };
    });
}

function mappingsIn(schema: z.ZodType): MappingDescription[] | null {
  const outer = unwrap(schema);
  const inner = outer instanceof z.ZodArray ? unwrap(outer.element) : outer;
  if (inner instanceof z.ZodObject) return [{ kind: null, options: optionsOf(inner, null, false) }];
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return null;
  return componentOptions(inner).map(([kind, options]) => ({
    kind,
    options: optionsOf(options, inner.def.discriminator, false),
  }));
}

/** The description that was written at any depth of defaults and refinements. */
function descriptionOf(schema: z.ZodType): string {
  for (let inner: unknown = schema; inner instanceof z.ZodType;) {
    if (inner.description !== undefined) return inner.description;
    const { innerType, in: input } = inner.def as { innerType?: unknown; in?: unknown };
    inner = innerType ?? input;
  }
  return '';
}
