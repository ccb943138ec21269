import * as z from 'zod';
import type { Components, Component } from '../../../../main/trainer/component.ts';
import type { RunSpecification } from '../../../../common/run-specification.ts';
import { settingsSchema } from '../../../../main/studies/language/schema.ts';
import { components as all } from '../../../../main/trainer/components.ts';
import { readStudy } from '../../../../main/studies/language/index.ts';
import type { StudyReading, StudyRules } from '../../../../main/studies/language/index.ts';

/**
 * Components like the trainer's, small and fixed, so that these tests change with the study files alone; of kinds that are named here
 * nowhere, the trainer's own.
 */

function entry(name: string, shape: z.ZodRawShape = {}): Component {
  return { name, title: `The ${name}`, options: z.strictObject({ name: z.literal(name), ...shape }) };
}

const weightDecay = z.number().min(0).max(10).default(0);
const rate = z.number().positive().max(100);

export const components: Components = {
  ...all,
  datasets: [
    entry('mnist', {
      validation: z.int().min(0).default(5000),
      train: z.int().min(1).nullable().default(null),
    }),
    entry('idx', { folder: z.string().min(1) }),
  ],
  networks: [
    entry('lenet-300-100'),
    {
      name: 'conv-bn-relu',
      title: 'Convolutions',
      options: z
        .strictObject({
          name: z.literal('conv-bn-relu'),
          widths: z.array(z.int().min(1)).min(1).default([16, 32]),
          strides: z.array(z.int().min(1)).default([1, 2]),
        })
        .refine(({ widths, strides }) => widths.length === strides.length, {
          path: ['strides'],
          message: 'must be as many as the widths',
        }),
    },
  ],
  optimizers: [
    entry('sgd', {
      momentum: z.number().min(0).lt(1).default(0.9),
      weightDecay,
      decayBiases: z.boolean().default(true),
    }),
    entry('adam', { beta1: z.number().min(0).lt(1).default(0.9), weightDecay }),
  ],
  learningRates: [
    entry('constant', { rate }),
    entry('steps', {
      rate,
      milestones: z.array(z.int().min(1)).min(1),
      factor: z.number().positive().default(0.1),
    }),
  ],
  criteria: [entry('random'), entry('magnitude')],
  granularities: [entry('weight')],
  distributions: [entry('global'), entry('uniform')],
  schedules: [entry('one-shot', { epoch: z.int().min(0) })],
  retraining: [entry('none'), entry('fine-tune', { epochs: z.int().min(1) })],
  losses: [entry('cross-entropy')],
  augmentations: [entry('flip')],
  gradientClippings: [entry('norm')],
  averagings: [entry('exponential')],
};

/** The settings of a run, in the order in which they are shown. */
export const RUN_SETTINGS = Object.keys(settingsSchema(components).shape);

export const rules: StudyRules = {
  settleMasks: (specification) => ({ specification, problems: [] }),
  prunings: ({ pruning }: RunSpecification) => (pruning === null ? 0 : 1),
  sharedEpochs: () => 0,
  derive: ({ pruning }: RunSpecification) => ({
    referenceEpoch: pruning === null ? 0 : Number(pruning.schedule['epoch']),
    rounds: 1,
  }),
  check({ pruning, epochs }) {
    if (pruning === null) return [];
    return [
      ...(Number(pruning.schedule['epoch']) > Number(epochs)
        ? [
            {
              key: ['pruning', 'schedule', 'epoch'],
              message: `never happens: there are only ${epochs} epochs`,
            },
          ]
        : []),
      ...pruning.layers.names.flatMap((name) =>
        name.startsWith('fc') ? [] : [{ key: ['pruning', 'layers', 'names'], message: `no layer '${name}'` }],
      ),
    ];
  },
};

export function read(text: string): StudyReading {
  return readStudy(text, components, rules);
}

/** A sound study: tests change a line of it. The shared settings are on lines 4 to 9, the arms from line 11. */
export const SOUND = `study: sound
seeds: [0, 1]
shared:
  dataset: mnist
  model: lenet-300-100
  batchSize: 64
  epochs: 5
  optimizer: {name: sgd, weightDecay: 1e-3}
  learningRate: {name: constant, rate: 0.1}
arms:
  - name: control
  - name: random
    pruning:
      criterion: random
      schedule: {name: one-shot, epoch: 2}
      sparsity: 0.5
`;
