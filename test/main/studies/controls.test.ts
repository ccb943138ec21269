import { describe, expect, it } from 'vitest';
import { canonicalSpecification, readStudy } from '../../../main/studies/language/index.ts';
import { runIdentity } from '../../../main/runs/run-identity.ts';
import { studyRules } from '../../../main/studies/rules.ts';
import { components } from '../../../main/trainer/components.ts';

/** Ten steps of an epoch. */
const rules = studyRules(() => ({
  imageShape: [28, 28, 1],
  classes: 10,
  train: 500,
  validation: 0,
  test: 100,
  bytes: 0,
}));

const ROUNDS = { criterion: 'magnitude', schedule: { name: 'iterative', rounds: 3 }, sparsity: 0.6 };
const LISTED = {
  criterion: 'magnitude',
  schedule: {
    name: 'listed',
    prunings: [
      { after: 1, sparsity: 0.3 },
      { after: '15it', sparsity: 0.4 },
      { after: '17it', sparsity: 0.5 },
    ],
  },
  sparsity: 0.5,
};
const ONCE = { criterion: 'magnitude', schedule: { name: 'one-shot', epoch: 2 }, sparsity: 0.5 };

function read(arms: Record<string, unknown>[], seeds = [0]) {
  return readStudy(
    JSON.stringify({
      study: 'controls',
      seeds,
      shared: {
        dataset: 'mnist',
        model: 'lenet-300-100',
        batchSize: 50,
        epochs: 4,
        optimizer: { name: 'sgd', weightDecay: 1e-3 },
        learningRate: { name: 'constant', rate: 0.1 },
        pruning: ROUNDS,
        retraining: { name: 'weight-rewinding', to: 1 },
      },
      arms,
    }),
    components,
    rules,
  );
}

/** What a test looks at of each run. */
function runsOf(arm: Record<string, unknown>) {
  const { problems, runs } = read([{ name: 'a', ...arm }]);
  expect(problems).toEqual([]);
  return runs.map(({ arms, specification, control, previousMask, trunk }) => ({
    arms: arms.join(),
    prunings: rules.prunings(specification),
    control,
    previousMask,
    trunk: trunk && [trunk.run, trunk.epoch],
  }));
}

describe('a previous-mask control', () => {
  it('is the run without its last pruning, which is left where that one falls', () => {
    // Training of four epochs, rounds of three.
    expect(runsOf({ control: ['dense', 'previous-mask'] })).toEqual([
      { arms: '', prunings: 0, control: null, previousMask: null, trunk: null },
      { arms: '', prunings: 2, control: 0, previousMask: null, trunk: [0, 4] },
      { arms: 'a', prunings: 3, control: 0, previousMask: 1, trunk: [1, 10] },
    ]);
  });

  it('is alone where nothing else is asked for, and trains its first epochs itself', () => {
    expect(runsOf({ control: 'previous-mask' })).toEqual([
      { arms: '', prunings: 2, control: null, previousMask: null, trunk: null },
      { arms: 'a', prunings: 3, control: null, previousMask: 0, trunk: [0, 10] },
    ]);
  });

  it('is one of every pruning where that is asked for, down to the dense one', () => {
    expect(runsOf({ control: 'every-step' })).toEqual([
      { arms: '', prunings: 0, control: null, previousMask: null, trunk: null },
      { arms: '', prunings: 1, control: 0, previousMask: null, trunk: [0, 4] },
      { arms: '', prunings: 2, control: 0, previousMask: 1, trunk: [1, 7] },
      { arms: 'a', prunings: 3, control: 0, previousMask: 2, trunk: [2, 10] },
    ]);
  });

  it('of a run that prunes once is its dense control', () => {
    for (const control of ['previous-mask', 'every-step', ['dense', 'previous-mask'], true])
      expect(runsOf({ control, pruning: ONCE, retraining: 'none' })).toEqual([
        { arms: '', prunings: 0, control: null, previousMask: null, trunk: null },
        { arms: 'a', prunings: 1, control: 0, previousMask: null, trunk: [0, 2] },
      ]);
  });

  it('is no trunk before it has pruned, and is one for prunings within an epoch', () => {
    expect(runsOf({ control: ['dense', 'previous-mask'], pruning: LISTED, retraining: 'none' })).toEqual([
      { arms: '', prunings: 0, control: null, previousMask: null, trunk: null },
      { arms: '', prunings: 2, control: 0, previousMask: null, trunk: [0, 1] },
      { arms: 'a', prunings: 3, control: 0, previousMask: 1, trunk: [1, 1] },
    ]);
    const late = { ...LISTED, schedule: { ...LISTED.schedule, prunings: LISTED.schedule.prunings.slice(1) } };
    expect(
      runsOf({ control: ['dense', 'previous-mask'], pruning: late, retraining: 'none' }).at(-1),
    ).toMatchObject({ previousMask: 1, trunk: [0, 1] });
  });

  it('takes σ when its run does, and is the same in all else', () => {
    const { runs } = read([{ name: 'a', control: ['dense', 'previous-mask'] }]);
    const [, control, run] = runs.map(({ specification }) => specification);
    expect(control).toEqual({ ...run, omittedPrunings: 1 });
    expect(run).toMatchObject({ referenceEpoch: 4, omittedPrunings: 0 });
  });

  it('is no run of the study twice, whichever arms ask for it', () => {
    const arms = [
      { name: 'a', control: false },
      { name: 'b', control: 'previous-mask' },
      { name: 'c', control: 'dense' },
    ];
    const { runs } = read(arms, [0, 1]);
    expect(
      runs.map(({ arms: names, control, previousMask }) => [names.join(), control, previousMask]),
    ).toEqual(
      [0, 3].flatMap((first) => [
        ['', null, null],
        ['', null, null],
        ['a,b,c', first, first + 1],
      ]),
    );
  });
});

describe('identities', () => {
  it('are the same of every run that omits nothing, and others of each that does', () => {
    const { runs } = read([{ name: 'a', control: 'every-step' }]);
    const texts = runs.map(({ specification }) => canonicalSpecification(specification, components));
    expect(texts.map((text) => /"omittedPrunings":\d/.exec(text)?.[0] ?? null)).toEqual([
      null,
      '"omittedPrunings":2',
      '"omittedPrunings":1',
      null,
    ]);
    // Pinned: as they were before there were such controls.
    expect(runIdentity(texts[0]!, 0).id).toBe('53f8b74fc043-s0');
    expect(runIdentity(texts[3]!, 0).id).toBe('258865695f6a-s0');
  });
});

describe('a control that cannot be', () => {
  const problem = (arm: Record<string, unknown>, seeds?: number[]) => {
    const { problems, runs } = read([{ name: 'a', ...arm }], seeds);
    expect(runs).toEqual([]);
    return problems.map(({ key, message }) => `${key}: ${message}`);
  };

  it('is told, with what is allowed', () => {
    expect(problem({ control: 'previus-mask' })).toEqual([
      "arms[0].control: found 'previus-mask'; allowed: true, false, dense, previous-mask, every-step, or a list such as [dense, previous-mask]; did you mean 'previous-mask'?",
    ]);
    expect(problem({ control: [] })).toEqual([
      expect.stringContaining('arms[0].control: found an empty list'),
    ]);
    expect(problem({ control: 3 })).toEqual([
      expect.stringContaining('found 3; allowed: true, false, dense'),
    ]);
  });

  it('is one of every step of a schedule of very many', () => {
    const often = (until: string) => ({
      epochs: 11,
      retraining: 'none',
      pruning: {
        criterion: 'magnitude',
        schedule: { name: 'gradual-linear', from: '1it', until, every: '1it', initial: 0.1 },
        sparsity: 0.5,
      },
    });
    expect(problem({ ...often('101it'), control: 'every-step' })).toEqual([
      'arms[0].control: every-step is a run for each of 101 prunings, and at most 100 are taken; use previous-mask, or prune more rarely',
    ]);
    expect(runsOf({ ...often('100it'), control: 'every-step' })).toHaveLength(101);
    expect(runsOf({ ...often('101it'), control: 'previous-mask' })).toHaveLength(2);
  });

  it('is one of a study that has too many runs with it', () => {
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed);
    const rounds = { ...ROUNDS, schedule: { name: 'iterative', rounds: 11 } };
    expect(problem({ pruning: rounds, control: 'every-step' }, seeds)).toEqual([
      'seeds: 1 arms and 10 controls of their steps with 1000 seeds each are more than 10000 runs; split the study',
    ]);
  });
});
