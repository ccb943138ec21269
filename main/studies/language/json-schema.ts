import * as z from 'zod';
import type { ComponentKindId } from '../../../common/component-kinds.ts';
import { chosenComponents } from './component-fields.ts';
import type { Components } from '../../trainer/component.ts';
import { gridSettings } from './grid.ts';
import { unwrap } from './schema-walk.ts';
import { settingsSchema, studySchema } from './schema.ts';

type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema (draft 2020-12) of study files, for editors. It knows every key, name and range, but not which arm
 * completes which shared setting: nothing is required there, and an arm's options without a name are not checked.
 */
export function studyJsonSchema(components: Components): JsonSchema {
  const definitions: JsonSchema = {};
  const schema = settingsSchema(components);
  const run = propertiesOf(toJson(schema, definitions));
  const pruning = propertiesOf((run['pruning'] as { anyOf: JsonSchema[] }).anyOf[0] ?? {});
  /** Puts what stands under a setting among the definitions: grids name it too. */
  const define = (fields: Record<string, unknown>, prefix = ''): Record<string, JsonSchema> =>
    Object.fromEntries(
      Object.entries(fields).map(([key, json]) => {
        definitions[`${prefix}${key}`] = json;
        return [key, referenceTo(`${prefix}${key}`, definitions)];
      }),
    );
  const parts = {
    ...pruning,
    ...componentChoices(chosenComponents('pruning'), pruning, components, definitions),
    layers: {
      description: described(pruning['layers']),
      anyOf: [{ const: 'all' }, without(pruning['layers'] as JsonSchema, 'default', 'description')],
    },
  };
  const settings = define({
    ...run,
    ...componentChoices(chosenComponents('run'), run, components, definitions),
    pruning: {
      description: described(run['pruning']),
      anyOf: [
        {
          type: 'object',
          title: 'Pruning',
          properties: define(parts, 'pruning.'),
          additionalProperties: false,
        },
        NOTHING,
      ],
    },
  });
  definitions['grid'] = gridJson(schema, definitions);

  const study = toJson(studySchema, definitions);
  const properties = propertiesOf(study);
  const arms = properties['arms'] as JsonSchema;
  const arm = propertiesOf(arms['items'] as JsonSchema);
  const grid = (json: unknown): JsonSchema => ({ description: described(json), $ref: '#/$defs/grid' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Cascade Lab study',
    description: 'Several arms, run with several seeds, with what they share written once.',
    type: 'object',
    properties: {
      ...properties,
      shared: {
        description: described(properties['shared']),
        type: 'object',
        properties: settings,
        additionalProperties: false,
      },
      grid: grid(properties['grid']),
      arms: {
        ...arms,
        items: {
          type: 'object',
          properties: { ...arm, grid: grid(arm['grid']), ...settings },
          required: ['name'],
          additionalProperties: false,
        },
      },
    },
    required: ['study', 'seeds', 'arms'],
    additionalProperties: false,
    $defs: definitions,
  };
}

const NOTHING = { type: 'null', title: 'Nothing' };

/** Each component as a plain name, as a mapping with its name, or as options laid over the shared component. */
function componentChoices(
  kinds: ReadonlyMap<string, ComponentKindId>,
  fields: Record<string, unknown>,
  components: Components,
  definitions: JsonSchema,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    [...kinds].map(([key, kind]) => {
      const field = fields[key] as JsonSchema;
      const entries = components[kind].map((entry) => ({ entry, json: toJson(entry.options, definitions) }));
      return [
        key,
        {
          description: described(field),
          anyOf: [
            ...entries.map(({ entry }) => ({ const: entry.name, title: entry.title })),
            ...entries.map(({ entry, json }) => ({ ...json, title: entry.title, required: ['name'] })),
            {
              title: 'Options of the shared component',
              type: 'object',
              properties: Object.assign(
                { name: false },
                ...entries.map(({ json }) => optionsOf(json)),
              ) as JsonSchema,
              additionalProperties: false,
            },
            ...(isNullable(field) ? [NOTHING] : []),
          ],
        },
      ];
    }),
  );
}

/** A list of values for every setting; what an option may be, only the component decides that it is laid over. */
function gridJson(schema: z.ZodObject, definitions: JsonSchema): JsonSchema {
  const lists: Record<string, JsonSchema> = {};
  const named: Record<string, JsonSchema> = {};
  for (const [key, fields] of gridSettings(schema)) {
    const items = Object.hasOwn(definitions, key) ? { $ref: `#/$defs/${key}` } : {};
    lists[key] = { ...descriptionOf(fields), type: 'array', minItems: 1, items };
    if (fields.some((field) => unwrap(field) instanceof z.ZodRecord))
      named[`^${key.replaceAll('.', '\\.')}\\..`] = { type: 'array', minItems: 1 };
  }
  return {
    type: 'object',
    properties: lists,
    ...(Object.keys(named).length === 0 ? {} : { patternProperties: named }),
    additionalProperties: false,
  };
}

function descriptionOf(fields: readonly z.core.$ZodType[]): JsonSchema {
  const texts = fields.map((field) => (field instanceof z.ZodType ? field.description : undefined));
  const text = texts.find((candidate) => candidate !== undefined);
  return text === undefined ? {} : { description: text };
}

function referenceTo(key: string, definitions: JsonSchema): JsonSchema {
  return { description: described(definitions[key]), $ref: `#/$defs/${key}` };
}

function isNullable(json: JsonSchema): boolean {
  return ((json['anyOf'] ?? []) as JsonSchema[]).some((option) => option['type'] === 'null');
}

/**
 * @param definitions takes what the schema refers to, such as a list that holds lists of its own kind: references are
 *   from the root of the whole
 */
function toJson(schema: z.ZodType, definitions: JsonSchema): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodPipe && zodSchema.def.in instanceof z.ZodTransform) orByName(jsonSchema);
      // The safe integers, which zod writes for every whole number: noise in an editor's hint.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  Object.assign(definitions, json.$defs);
  return without(json as JsonSchema, '$schema', '$defs');
}

/** What may be prepared from a plain name is written so where no other option is needed. */
function orByName(json: z.core.JSONSchema.BaseSchema): void {
  const { oneOf } = json;
  if (!oneOf) return;
  const names = oneOf.flatMap((option) => {
    const [discriminator, ...others] = (option as JsonSchema)['required'] as string[];
    const { const: name } = propertiesOf(option as JsonSchema)[discriminator!] as { const: string };
    return others.length === 0 ? [name] : [];
  });
  delete json.oneOf;
  json.anyOf = [{ type: 'string', enum: names }, { oneOf }];
}

function propertiesOf(json: JsonSchema): Record<string, unknown> {
  return json['properties'] as Record<string, unknown>;
}

/** What each option is for, without its type: a name decides that, and here there is none. */
function optionsOf(json: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(propertiesOf(json))
      .filter(([key]) => key !== 'name')
      .map(([key, option]) => [key, { description: described(option) }]),
  );
}

function described(json: unknown): unknown {
  return (json as JsonSchema)['description'] ?? '';
}

function without(json: JsonSchema, ...keys: string[]): JsonSchema {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)));
}
