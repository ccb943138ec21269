const TEXT = `# A first cascade: prune 4% of a depthwise-separable net, watch what the rest does.
name: starter
title: A first cascade
dataset: { name: mnist, training: 12000 }
model:
  name: depthwise-separable
  widths: [32, 64, 128, 128, 256]
batchSize: 32
epochs: 2
optimizer: { name: sgd, momentum: 0.9, weightDecay: 0.001 }
learningRate: { name: constant, rate: 0.1 }
retraining: { name: fine-tune, epochs: 10 }
seeds: [0]
arms:
  - name: control
  - name: random 90% of depthwise
    pruning:
      criterion: { name: random }
      layers: { kinds: [depthwise] }
      sparsity: 0.9
  - name: global magnitude 50%
    pruning:
      criterion: { name: magnitude }
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
      line: 17,
      column: 26,
      key: 'arms[1].pruning.criterion.name',
      message: 'Found ‘randm’; allowed are ‘random’ and ‘magnitude’. Did you mean ‘random’?',
    },
    {
      line: 19,
      column: 17,
      key: 'arms[1].pruning.sparsity',
      message: 'Found 90; allowed is a number above 0 and below 1.',
    },
  ],
  preview: null,
};
