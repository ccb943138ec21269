import type { RunSummary, StudyCheck } from '../../common/contract/schemas.ts';

/** The schema as it was last generated; the gallery is served with the resources. */
export async function readSchema(): Promise<Record<string, unknown>> {
  const answer = await fetch('/study.schema.json');
  return (await answer.json()) as Record<string, unknown>;
}

const TEXT = `# A first cascade: prune 4% of a depthwise-separable net, watch what the rest does.
study: starter
title: A first cascade
seeds: [0]
shared:
  dataset: { name: mnist, train: 12000 }
  model:
    name: depthwise-separable
    widths: [32, 64, 128, 128, 256]
  batchSize: 32
  epochs: 2
  optimizer: { name: sgd, momentum: 0.9, weightDecay: 0.001 }
  learningRate: { name: constant, rate: 0.1 }
  retraining: { name: fine-tune, epochs: 10 }
arms:
  - name: control
  - name: random 90% of depthwise
    pruning:
      criterion: random
      schedule: { name: one-shot, epoch: 2 }
      layers: { kinds: [depthwise] }
      sparsity: 0.9
  - name: global magnitude 50%
    pruning:
      criterion: magnitude
      schedule: { name: one-shot, epoch: 2 }
      sparsity: 0.5
`;

export const STUDIES = [
  {
    name: 'starter',
    title: 'A first cascade',
    description: 'Random and magnitude pruning of a depthwise-separable net on MNIST, beside the control.',
    text: TEXT,
  },
  {
    name: 'lenet-rewinding',
    title: 'Fine-tuning against rewinding',
    description: 'LeNet-300-100, global magnitude, the last rate kept against the rate rewound.',
    text: TEXT,
  },
];

export const BAD_CHECK = {
  problems: [
    {
      line: 19,
      column: 18,
      key: 'arms[1].pruning.criterion.name',
      message: 'Found ‘randm’; allowed are ‘random’ and ‘magnitude’. Did you mean ‘random’?',
    },
    {
      line: 22,
      column: 17,
      key: 'arms[1].pruning.sparsity',
      message: 'Found 90; allowed is a number above 0 and below 1.',
    },
  ],
  preview: null,
};

/** The study at hand where its data were replaced since some of its runs were trained. */
export function changedDataCheck(runs: readonly RunSummary[]): StudyCheck {
  const preview = previewOf(runs);
  return {
    problems: [],
    preview: {
      ...preview,
      warnings: [
        "The data in /home/user/data sets/letters.npz were replaced: 'control', 'global magnitude 50%' used other data (5f0c2a91) than are there now (c4417de0).",
      ],
      dataChanged: true,
      runs: preview.runs.map((run) => ({ ...run, otherData: run.state === 'finished' })),
    },
  };
}

/** What the study at hand would start: some of the runs that there are, as if half of them were new. */
export function previewOf(runs: readonly RunSummary[]): NonNullable<StudyCheck['preview']> {
  const planned = runs.slice(0, 600);
  return {
    name: 'starter',
    title: 'A first cascade',
    warnings: [],
    dataChanged: false,
    runs: planned.map((run, index) => ({
      id: run.id,
      arms: run.memberships.map((membership) => membership.arm),
      seed: run.seed,
      epochs: run.epochsTotal,
      control: run.control,
      previousMask: null,
      trunk: run.control === null ? null : { id: run.control, epoch: 2 },
      masks: null,
      state: index % 2 === 0 ? run.state : null,
      otherData: false,
    })),
    estimate: {
      runs: planned.length,
      seconds: 41 * planned.length,
      measured: false,
      bytes: 9e6 * planned.length,
    },
  };
}
