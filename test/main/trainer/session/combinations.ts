import { generator, integer } from '../../../../main/trainer/random.ts';
import type { NamedOptions, RunSpecification } from '../../../../common/run-specification.ts';
import { studyRules } from '../../../../main/studies/rules.ts';
import type { DatasetOutline } from '../../../../main/trainer/data/dataset.ts';
import { pruningAfter, specification } from './small-runs.ts';

/** Ninety-six images in batches of 16 make six steps an epoch; a training of eleven steps has a short last epoch. */
export const STEPS = 6;
export const IMAGES = 96;
const EPOCHS = '11it';

/** A network with every kind of kernel, batch norm and dropout, of a few hundred weights. */
export const NETWORK: NamedOptions = {
  name: 'layers',
  layers: [
    { layer: 'conv', channels: 6, size: 3, stride: 2 },
    { layer: 'batch-norm' },
    'relu',
    { layer: 'depthwise', size: 3 },
    { layer: 'batch-norm' },
    'relu',
    { layer: 'conv', channels: 8, size: 1 },
    'relu',
    { layer: 'global-average-pool' },
    { layer: 'dense', units: 10 },
    'relu',
    'dense',
  ],
};

/** The network with dropout before its last layer. */
function withDropout(network: NamedOptions): NamedOptions {
  const layers = network['layers'] as unknown[];
  return { ...network, layers: [...layers.slice(0, -1), { layer: 'dropout', rate: 0.3 }, layers.at(-1)] };
}

const AUGMENTATION: NamedOptions[] = [
  { name: 'random-crop', padding: 1 },
  { name: 'horizontal-flip' },
  { name: 'cutout', length: 3 },
];
const MIXED: NamedOptions = { name: 'cross-entropy', mixup: 0.4, labelSmoothing: 0.1 };

type Level = Partial<RunSpecification> & { schedule?: NamedOptions; criterion?: NamedOptions };

/** What a run can be made of: for each part its choices, as changes of a specification. */
export const PARTS: Record<string, Record<string, Level>> = {
  optimizer: {
    sgd: { optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-3 } },
    nesterov: { optimizer: { name: 'sgd', momentum: 0.8, nesterov: true, weightDecay: 1e-3 } },
    adam: { optimizer: { name: 'adam', weightDecay: 1e-3 } },
    adamw: { optimizer: { name: 'adamw', weightDecay: 0.1 } },
  },
  schedule: {
    'one-shot at initialisation': { schedule: { name: 'one-shot', epoch: 0 } },
    'one-shot within an epoch': { schedule: { name: 'one-shot', epoch: '4it' } },
    'one-shot at the end': { schedule: { name: 'one-shot', epoch: EPOCHS } },
    iterative: { schedule: { name: 'iterative', rounds: 2 } },
    cubic: { schedule: { name: 'gradual-cubic', from: '2it', until: EPOCHS, every: '3it' } },
    linear: { schedule: { name: 'gradual-linear', until: '10it', every: '2it', initial: 0.1 } },
    exponential: { schedule: { name: 'gradual-exponential', from: '1it', until: '9it', every: '4it' } },
    listed: {
      schedule: {
        name: 'listed',
        prunings: [
          { after: '1it', sparsity: 0.2 },
          { after: 1, sparsity: 0.4 },
          { after: '9it', sparsity: 0.6 },
        ],
      },
    },
  },
  retraining: {
    none: { retraining: { name: 'none' } },
    'fine-tune': { retraining: { name: 'fine-tune', epochs: '7it' } },
    'low-rate': { retraining: { name: 'low-rate', epochs: 1, rate: 0.004 } },
    'learning-rate-rewinding': { retraining: { name: 'learning-rate-rewinding', epochs: '8it' } },
    'weights of an epoch': { retraining: { name: 'weight-rewinding', to: 1 } },
    'weights of a step': { retraining: { name: 'weight-rewinding', to: '4it' } },
    reinitialise: { retraining: { name: 'reinitialise' } },
  },
  rate: {
    constant: { learningRate: { name: 'constant', rate: 0.02 } },
    'one-cycle': {
      learningRate: {
        name: 'one-cycle',
        rate: 0.05,
        warmup: { length: '3it', from: 0.1, schedule: 'waits' },
      },
    },
    cosine: { learningRate: { name: 'cosine', rate: 0.03, per: 'step' } },
  },
  averaging: {
    'no average': {},
    average: { averaging: { name: 'exponential', decay: 0.9 } },
  },
  clipping: {
    unclipped: {},
    'clipped norm': { gradientClipping: { name: 'norm', maximum: 0.5 } },
    'clipped values': { gradientClipping: { name: 'value', maximum: 0.02 } },
  },
  draws: {
    plain: {},
    'augmented, dropout': { augmentation: AUGMENTATION, model: withDropout(NETWORK) },
    mixup: { loss: MIXED },
    'augmented, dropout, mixup': { augmentation: AUGMENTATION, model: withDropout(NETWORK), loss: MIXED },
  },
  criterion: {
    magnitude: { criterion: { name: 'magnitude' } },
    random: { criterion: { name: 'random' } },
    snip: { criterion: { name: 'snip', examples: 16 } },
  },
};

/** A choice for every part. */
export type Combination = Record<string, string>;

const OUTLINE = { train: IMAGES, imageShape: [8, 8, 1], classes: 4 } as unknown as DatasetOutline;
const rules = studyRules(() => OUTLINE);

/** Why a study cannot ask for the combination: pruning in the course of a training that is begun again later. */
export function refusalsOf(combination: Combination) {
  return rules.check(specificationOf(combination));
}

export function specificationOf(combination: Combination): RunSpecification {
  const { schedule, criterion, ...change }: Level = Object.assign(
    {},
    ...Object.entries(combination).map(([part, choice]) => PARTS[part]![choice]!),
  );
  const found = specification({
    model: NETWORK,
    batchSize: IMAGES / STEPS,
    epochs: EPOCHS,
    pruning: pruningAfter(0, { schedule: schedule!, criterion: criterion! }),
    ...change,
  });
  return { ...found, ...rules.derive(found) };
}

/**
 * Combinations that hold every pair of choices of two parts at least once, but for pairs that a study cannot ask for.
 * Made greedily: each is the best of some random completions of a pair that is still missing.
 */
export function pairwise(): Combination[] {
  const parts = Object.keys(PARTS);
  const random = generator(1, 'pairs of choices');
  const allowed = ({ schedule, retraining }: Combination): boolean =>
    !schedule || !retraining || refusalsOf({ ...first(), schedule, retraining }).length === 0;
  const possible = new Set<string>();
  for (const [index, one] of parts.entries())
    for (const other of parts.slice(index + 1))
      for (const a of Object.keys(PARTS[one]!))
        for (const b of Object.keys(PARTS[other]!))
          if (allowed({ [one]: a, [other]: b })) possible.add(pairKey(one, a, other, b));
  const missing = new Set(possible);
  const isPossible = (combination: Combination): boolean =>
    pairsOf(combination).every((pair) => possible.has(pair));
  const found: Combination[] = [];
  while (missing.size > 0) {
    const [pair] = missing;
    const [one, a, other, b] = pair!.split('|') as [string, string, string, string];
    let best: { combination: Combination; gain: number } | null = null;
    for (let attempt = 0; attempt < 60 || !best; attempt++) {
      const drawn = parts.map((part) => {
        const choices = Object.keys(PARTS[part]!);
        return [part, choices[integer(choices.length, random)]!] as const;
      });
      const combination = { ...Object.fromEntries(drawn), [one]: a, [other]: b };
      if (!isPossible(combination)) continue;
      const gain = pairsOf(combination).filter((each) => missing.has(each)).length;
      if (gain > (best?.gain ?? 0)) best = { combination, gain };
    }
    found.push(best.combination);
    for (const each of pairsOf(best.combination)) missing.delete(each);
  }
  return found;
}

function first(): Combination {
  return Object.fromEntries(Object.entries(PARTS).map(([part, choices]) => [part, Object.keys(choices)[0]!]));
}

function pairsOf(combination: Combination): string[] {
  const parts = Object.keys(PARTS);
  return parts.flatMap((one, index) =>
    parts.slice(index + 1).map((other) => pairKey(one, combination[one]!, other, combination[other]!)),
  );
}

function pairKey(one: string, a: string, other: string, b: string): string {
  return [one, a, other, b].join('|');
}
