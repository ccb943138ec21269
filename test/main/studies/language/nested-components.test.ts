import { parse } from 'yaml';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import type { Components } from '../../../../main/trainer/component.ts';
import {
  canonicalSpecification,
  formatProblem,
  readStudy,
  studyJsonSchema,
} from '../../../../main/studies/language/index.ts';
import { components as plain, rules, SOUND } from './components.ts';

/** Options may hold components of their own, in lists that nest, each written as a mapping or by its name alone. */
interface Part {
  part: string;
}
const parts: z.ZodType<Part[]> = z.array(
  z
    .preprocess(
      (value) => (typeof value === 'string' ? { part: value } : value),
      z.discriminatedUnion('part', [
        z.strictObject({ part: z.literal('wheel'), spokes: z.int().min(3).default(8) }),
        z.strictObject({ part: z.literal('rope'), length: z.number().positive() }),
        z.strictObject({
          part: z.literal('box'),
          get parts() {
            return parts.describe('What is in it.');
          },
        }),
      ]),
    )
    .meta({ id: 'part' }),
);
const components: Components = {
  ...plain,
  networks: [
    ...plain.networks,
    {
      name: 'machine',
      title: 'The machine',
      options: z.strictObject({ name: z.literal('machine'), parts: parts.describe('Its parts.') }),
    },
  ],
};

const studyOf = (list: string): string =>
  SOUND.replace('model: lenet-300-100', `model: {name: machine, parts: ${list}}`);
const read = (list: string) => readStudy(studyOf(list), components, rules);

describe('a list of components in a component', () => {
  it('may be written by name or as mappings, within one another, and is the same run', () => {
    const [long, short] = [
      '[{part: wheel, spokes: 8}, {part: box, parts: [{part: wheel}, {part: rope, length: 2}]}]',
      '[wheel, {part: box, parts: [wheel, {part: rope, length: 2}]}]',
    ].map((list) => read(list).runs[0]!.specification);
    expect(short).toEqual(long);
    expect(short!.model['parts']).toEqual([
      { part: 'wheel', spokes: 8 },
      {
        part: 'box',
        parts: [
          { part: 'wheel', spokes: 8 },
          { part: 'rope', length: 2 },
        ],
      },
    ]);
    expect(JSON.parse(canonicalSpecification(short!, components))).toMatchObject({
      model: {
        name: 'machine',
        parts: [{ part: 'wheel' }, { part: 'box', parts: [{ part: 'wheel' }, { length: 2, part: 'rope' }] }],
      },
    });
  });

  it('leaves defaults out of the identity, however deep', () => {
    const of = (list: string): string =>
      canonicalSpecification(read(list).runs[0]!.specification, components);
    expect(of('[{part: box, parts: [{part: wheel, spokes: 8}]}]')).not.toContain('spokes');
    expect(of('[{part: box, parts: [{part: wheel, spokes: 9}]}]')).toContain('"spokes":9');
  });

  it.each([
    [
      '[wheel, {part: box, parts: [weel]}]',
      "parts[1].parts[0]: found 'weel'; allowed: wheel, rope, box; did you mean 'wheel'?",
    ],
    ['[{part: weel}]', "parts[0].part: found 'weel'; allowed: wheel, rope, box; did you mean 'wheel'?"],
    ['[rope]', 'parts[0].length: is missing; give a number, above 0'],
    [
      '[{part: box, parts: [{part: wheel, spoke: 9}]}]',
      "parts[0].parts[0].spoke: unknown key 'spoke'; allowed: part, spokes; did you mean 'spokes'?",
    ],
    ['[{part: wheel, spokes: 1}]', 'parts[0].spokes: found 1; allowed: a whole number, 3 or more'],
    ['[7]', 'parts[0]: found 7; allowed: one of wheel, rope, box, by name or as a mapping with its options'],
    [
      'wheel',
      "parts: found 'wheel'; allowed: a list, each item one of wheel, rope, box, by name or as a mapping with its options",
    ],
  ])('with %s is told of at its place', (list, sentence) => {
    expect(read(list).problems.map(formatProblem)).toEqual([`line 5, shared.model.${sentence}`]);
  });
});

describe('the JSON Schema of such a list', () => {
  const schema = studyJsonSchema(components);
  const accepts = (list: string): boolean =>
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(parse(studyOf(list)))
      .success;

  it('has its own definition at the root, to which every reference leads', () => {
    const text = JSON.stringify(schema);
    const references = [...text.matchAll(/"\$ref":"#\/\$defs\/([^"]*)"/g)].map(([, name]) => name!);
    expect(references.length).toBeGreaterThan(2);
    for (const name of references) expect(schema['$defs']).toHaveProperty(name);
    expect(text.match(/"\$defs"/g)).toHaveLength(1);
  });

  it.each([
    '[wheel]',
    '[{part: wheel, spokes: 5}]',
    '[{part: box, parts: [wheel, {part: box, parts: [{part: rope, length: 1}]}]}]',
  ])('accepts %s', (list) => {
    expect(accepts(list)).toBe(true);
  });

  it.each(['[weel]', '[rope]', '[{part: box, parts: [{part: box, parts: [weel]}]}]', '[{spokes: 5}]'])(
    'refuses %s',
    (list) => {
      expect(accepts(list)).toBe(false);
    },
  );
});
