import * as z from 'zod';
import { componentFields } from './component-fields.ts';
import type { Components } from '../../trainer/component.ts';
import { CONTROL_KINDS, CONTROL_WISHES } from '../../../common/controls.ts';
import { ONE_LINE, PRINTABLE } from '../../base/names.ts';
import { KERNEL_KINDS } from '../../../common/network.ts';
import { DEFAULT_THRESHOLDS, thresholdLabel } from '../../../common/thresholds.ts';
import type { Threshold } from '../../../common/thresholds.ts';
import { duration } from '../../../common/study/duration.ts';
import { repeated } from './repeated.ts';
import { wording } from '../../../common/study/wording.ts';

/** The schemas of a study file, built from the components, so that a new component needs no change here. */

const MAXIMUM_SEED = 2 ** 31 - 1;

const names = z.array(z.string().min(1)).default([]);
const layers = z
  .strictObject({
    kinds: z.array(z.enum(KERNEL_KINDS)).default([]).meta({ description: 'Kinds of layer; none: of any.' }),
    names: names.meta({ description: 'Names of layers, beside the kinds.' }),
    except: names.meta({ description: 'Names of layers to leave alone.' }),
  })
  .register(wording, {
    allowed: "'all', or a mapping with any of the keys kinds, names, except, such as {kinds: [depthwise]}",
  })
  .transform(({ kinds, names, except }) => ({
    kinds: distinct(kinds),
    names: distinct(names),
    except: distinct(except),
  }));

const threshold = z
  .union([
    z
      .number()
      .positive()
      .transform((absolute): Threshold => ({ absolute })),
    z
      .string()
      .regex(/^\s*(?=[0-9.]*[1-9])([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?(\s*(σ|sigma))?\s*$/i)
      .transform((text): Threshold => {
        const value = Number.parseFloat(text);
        return /(σ|sigma)\s*$/i.test(text) ? { sigma: value } : { absolute: value };
      }),
  ])
  .register(wording, {
    allowed: "a number above 0, or a multiple of the layer's standard deviation such as '1e-3σ'",
  });
const thresholds = z
  .array(threshold)
  .min(1)
  .max(16)
  .superRefine((ladder, context) => {
    const labels = ladder.map(thresholdLabel);
    for (const index of repeated(labels))
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `the threshold ${labels[index]} stands twice; thresholds are distinct`,
      });
  })
  .transform((ladder) => ladder.toSorted(coarsestFirst));

/** Everything that a study says of one run, after its arm's settings are laid over the shared ones. */
function buildSettings(components: Components) {
  const pruning = z.strictObject({
    ...componentFields('pruning', components),
    layers: layers.prefault({}).meta({ description: "The layers to prune: 'all', or some of them." }),
    sparsity: z
      .number()
      .gt(0)
      .lt(1)
      .meta({ description: "Share of the chosen layers' weights to prune: above 0 and below 1." }),
    shuffle: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether masks are shuffled within each layer: the same number, other weights.' }),
    onCollapse: z
      .enum(['continue', 'stop'])
      .default('continue')
      .meta({ description: 'What happens when a layer has lost every weight.' }),
  });
  const { dataset, model, retraining, ...others } = componentFields('run', components);
  return z.strictObject({
    dataset,
    model,
    batchSize: z.int().min(1).max(65_536).meta({ description: 'Images in one optimizer step.' }),
    epochs: duration(1).meta({
      description: "Epochs of training, before those of retraining; or optimizer steps, such as '500it'.",
    }),
    ...others,
    pruning: pruning.nullable().default(null).meta({ description: 'What is pruned, when; null: nothing.' }),
    retraining,
    thresholds: thresholds
      .default([...DEFAULT_THRESHOLDS])
      .meta({ description: "Magnitudes at or below which a kept weight counts as shed: 1e-4, '1e-3σ'." }),
  });
}

/** A run specification: the settings, and what expansion adds to them. */
function buildSpecification(components: Components) {
  return settingsSchema(components).extend({
    referenceEpoch: z.int().min(0).default(0),
    rounds: z.int().min(1).default(1),
    omittedPrunings: z.int().min(0).default(0),
    dataHash: z.string().nullable().default(null),
  });
}

export const settingsSchema = onceFor(buildSettings);
export const specificationSchema = onceFor(buildSpecification);

/** Schemas take milliseconds to build, and a study asks for them run by run. */
function onceFor<T>(build: (components: Components) => T): (components: Components) => T {
  const built = new WeakMap<Components, T>();
  return (components) => {
    const schema = built.get(components) ?? build(components);
    built.set(components, schema);
    return schema;
  };
}

const settings = z.record(z.string(), z.unknown());
const grid = z
  .record(
    z.string(),
    z.array(z.unknown()).min(1).register(wording, { allowed: 'a list of values, such as [0.5, 0.9]' }),
  )
  .register(wording, {
    allowed: 'a mapping from settings to lists of values, such as {pruning.sparsity: [0.5, 0.9]}',
  })
  .optional();

const wish = z.enum(CONTROL_WISHES);
/** `control` of an arm, as `controlsAsked` reads it. */
export const controlSetting = z
  .union([z.boolean(), wish, z.array(wish).min(1).max(CONTROL_WISHES.length)])
  .register(wording, {
    allowed: `true, false, ${CONTROL_WISHES.join(', ')}, or a list such as [${CONTROL_KINDS.join(', ')}]`,
  });

/** A study around its settings, which `settingsSchema` checks once they are laid over each other. */
export const studySchema = z.strictObject({
  study: z
    .string()
    .max(80)
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .register(wording, { allowed: 'a name of small letters, digits and hyphens, such as my-study' })
    .meta({ description: 'The name of the study: small letters, digits and hyphens.' }),
  title: z
    .string()
    .trim()
    .max(200)
    .regex(PRINTABLE)
    .register(wording, { allowed: 'one line of text without control characters' })
    .optional()
    .meta({ description: 'One line for people; the name unless given.' }),
  description: z.string().max(10_000).default('').meta({ description: 'What the study asks, and why.' }),
  seeds: z
    .array(z.int().min(0).max(MAXIMUM_SEED))
    .min(1)
    .max(1000)
    .superRefine((seeds, context) => {
      for (const index of repeated(seeds))
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `the seed ${seeds[index]} stands twice; seeds are distinct`,
        });
    })
    .meta({ description: 'Every arm runs once for each seed.' }),
  checkpoints: z
    .strictObject({
      every: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .meta({ description: 'Epochs between checkpoints; unless given, by the size of the network.' }),
    })
    .prefault({})
    .meta({ description: 'When weights are saved; does not affect results.' }),
  priority: z.int().min(-1000).max(1000).default(0).meta({
    description: 'Runs of studies of higher priority are trained first; does not affect results.',
  }),
  shared: settings.default({}).meta({ description: 'Settings of every arm.' }),
  grid: grid.meta({ description: 'Settings with lists of values: every arm runs with each combination.' }),
  arms: z
    .array(
      z
        .looseObject({
          name: z
            .string()
            .max(80)
            .regex(ONE_LINE)
            .register(wording, { allowed: 'one line of text without control characters' })
            .meta({ description: 'The name of the arm.' }),
          control: controlSetting.default(true).meta({
            description:
              'Controls of a pruned arm: with nothing pruned (dense, as true), with the mask before the last pruning, or of every step; false: none.',
          }),
          grid: grid.meta({
            description: 'Settings with lists of values: each combination is an arm of its own.',
          }),
        })
        .register(wording, { allowed: 'a mapping with a name, and the settings of this arm' }),
    )
    .min(1)
    .max(1000)
    .superRefine((arms, context) => {
      for (const index of repeated(arms.map((arm) => arm.name)))
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `two arms are named '${arms[index]!.name}'; names of arms are distinct`,
        });
    })
    .meta({ description: 'What is compared: each arm lays its own settings over the shared ones.' }),
});

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}

/** The order of the default ladder: absolute thresholds before relative ones, the largest first. */
function coarsestFirst(a: Threshold, b: Threshold): number {
  if ('absolute' in a) return 'absolute' in b ? b.absolute - a.absolute : -1;
  return 'absolute' in b ? 1 : b.sigma - a.sigma;
}
