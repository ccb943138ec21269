import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { describeOptions } from '../../../../main/studies/language/component-options.ts';
import { duration } from '../../../../common/study/duration.ts';

function described(field: z.ZodType) {
  const [option] = describeOptions({ options: z.strictObject({ name: z.literal('x'), it: field }) });
  return option!;
}

const layer: z.ZodType = z.preprocess(
  (value) => value,
  z.discriminatedUnion('layer', [
    z.strictObject({ layer: z.literal('relu') }),
    z.strictObject({
      layer: z.literal('block'),
      get layers() {
        return z.array(layer).describe('More of them.');
      },
    }),
  ]),
);

describe('an option of a component', () => {
  it.each<[string, z.ZodType, object]>([
    [
      'with a default and a range',
      z.number().min(0).max(10).default(0.5).describe('λ.'),
      { allowed: 'a number from 0 to 10', required: false, default: 0.5, description: 'λ.' },
    ],
    [
      'that is required',
      z.int().positive().describe('Side.'),
      { allowed: 'a whole number, above 0', required: true, description: 'Side.' },
    ],
    [
      'described before its default',
      z.boolean().describe('Whether.').default(false),
      { allowed: 'true or false', required: false, default: false, description: 'Whether.' },
    ],
    [
      'of some values',
      z.enum(['mean', 'sum']).default('mean'),
      { allowed: 'mean, sum', values: ['mean', 'sum'], required: false, default: 'mean' },
    ],
    [
      'that may be null',
      z.int().min(1).nullable().default(null),
      { allowed: 'a whole number, 1 or more, or null', default: null },
    ],
    ['of two numbers', z.union([z.literal(1), z.literal(2)]).default(2), { allowed: '1, or 2', default: 2 }],
    [
      'that is a length of training',
      duration(1),
      {
        allowed: 'a whole number of epochs from 1 to 100000, or of optimizer steps, such as 500it',
        required: true,
      },
    ],
    [
      'by names',
      z.record(z.string(), z.number().max(1)),
      { allowed: 'a mapping from names, each to a number, at most 1' },
    ],
    [
      'of a pair',
      z.tuple([z.number().min(0), z.int()]).default([0, 1]),
      { allowed: 'a list of 2: a number, 0 or more; a whole number' },
    ],
    [
      'that is a list',
      z.array(z.int().min(1)).default([1, 2]),
      { allowed: 'a list, each item a whole number, 1 or more', default: [1, 2] },
    ],
  ])('%s', (_, field, expected) => {
    expect(described(field)).toMatchObject({ name: 'it', ...expected });
    if (!Object.hasOwn(expected, 'values')) expect(described(field)).not.toHaveProperty('values');
  });

  it('that is required has no default', () => {
    expect(described(z.string())).not.toHaveProperty('default');
  });

  it('with a mapping tells what is in it', () => {
    const mapping = z.strictObject({ length: z.int(), name: z.string().default('a') });
    const within = [
      {
        kind: null,
        options: [
          { name: 'length', allowed: 'a whole number', required: true, description: '' },
          { name: 'name', allowed: 'text', required: false, default: 'a', description: '' },
        ],
      },
    ];
    expect(described(mapping.nullable().default(null)).within).toEqual(within);
    expect(described(z.array(mapping)).within).toEqual(within);
  });

  it('with a list of kinds tells what is in each, and ends where they hold their own kind', () => {
    expect(described(z.array(layer)).within).toMatchObject([
      { kind: 'relu', options: [] },
      { kind: 'block', options: [{ name: 'layers', required: true, description: 'More of them.' }] },
    ]);
    expect(JSON.stringify(described(z.array(layer))).length).toBeLessThan(1000);
  });
});
