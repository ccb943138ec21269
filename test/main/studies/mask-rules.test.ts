import { describe, expect, test } from 'vitest';
import { CascadeError } from '../../../common/errors.ts';
import type { PruningSpecification, RunSpecification } from '../../../common/run-specification.ts';
import { canonicalSpecification } from '../../../main/studies/language/index.ts';
import { runIdentity } from '../../../main/runs/run-identity.ts';
import { maskRules } from '../../../main/studies/mask-rules.ts';
import { components } from '../../../main/trainer/components.ts';
import type { NamedRun } from '../../../main/workspace/messages.ts';
import { layers, specificationsOf } from './specification.ts';

/** At 100 steps of 32 an epoch; 'gone' is a data set that cannot be read. */
const outlineOf = ({ name, classes = 10 }: { name: string; classes?: unknown }) =>
  name === 'gone'
    ? new CascadeError('BAD_DATA_FILE', 'There is no such folder.')
    : {
        imageShape: [28, 28, 1] as [number, number, number],
        classes: Number(classes),
        train: 3_200,
        validation: 0,
        test: 100,
        bytes: 0,
      };

const specification = specificationsOf({ name: 'lenet-300-100' });
const taking = (of: Record<string, unknown>, pruning: Partial<PruningSpecification> = {}, change = {}) =>
  specification({ criterion: { name: 'given-masks', ...of }, ...pruning }, change);

const FIND = specification({});
const HASH = runIdentity(canonicalSpecification(FIND, components), 0).hash;
const run = (id: string, change: Partial<NamedRun> = {}): NamedRun => ({
  id,
  specification: FIND,
  state: 'finished',
  last: 5,
  ...change,
});

/** What the pruning comes to name, or what is wrong with it. */
function settle(
  given: RunSpecification,
  { arm, runs = [], seeds = [0] }: { arm?: RunSpecification; runs?: NamedRun[]; seeds?: number[] },
) {
  const source = arm ? { name: 'find', specification: arm } : null;
  const { specification: settled, problems } = maskRules(outlineOf, runs)(given, source, seeds);
  return problems.length > 0 ? problems : settled.pruning!.criterion;
}

describe('the masks of an arm', () => {
  test('are named by the hash of its specification, which the seed completes, and an epoch', () => {
    const criterion = { name: 'given-masks', run: HASH, arm: null };
    expect(settle(taking({ arm: 'find', epoch: 3 }), { arm: FIND })).toEqual({ ...criterion, epoch: 3 });
    // Its last, with those of the retraining.
    expect(settle(taking({ arm: 'find' }), { arm: FIND })).toEqual({ ...criterion, epoch: 5 });
    const longer = { ...FIND, retraining: { name: 'fine-tune', epochs: 4 } };
    expect(settle(taking({ arm: 'find' }), { arm: longer })).toMatchObject({ epoch: 9 });
  });

  test('are other masks where the arm is another', () => {
    const other = specification({}, { batchSize: 64 });
    const named = settle(taking({ arm: 'find' }), { arm: other });
    expect(named).toMatchObject({ run: expect.stringMatching(/^[0-9a-f]{12}$/) as string });
    expect(named).not.toMatchObject({ run: HASH });
  });

  test('prune as much as the arm’s plan says by their epoch', () => {
    const gradual = specification({
      schedule: { name: 'gradual-linear', from: 1, until: 4, every: 1 },
      sparsity: 0.6,
    });
    const at = (epoch: number, sparsity: number) =>
      settle(taking({ arm: 'find', epoch }, { sparsity }), { arm: gradual });
    expect(at(3, 0.4)).toMatchObject({ epoch: 3 });
    expect(at(5, 0.6)).toMatchObject({ epoch: 5 });
    expect(at(3, 0.6)).toEqual([
      {
        key: ['pruning', 'sparsity'],
        message: expect.stringMatching(
          /^the masks of the arm 'find' after epoch 3 prune 0\.4 of the chosen weights: make that the sparsity, which is 0\.6$/,
        ) as string,
      },
    ]);
  });

  test('are of the layers that both choose, whatever their other layers are', () => {
    const hundred = { dataset: { name: 'cifar', classes: 100 } };
    const except = layers({ except: ['fc3'] });
    const names = taking({ arm: 'find' }, layers({ names: ['fc1', 'fc2'] }));
    expect(settle(names, { arm: specification(except, hundred) })).toMatchObject({ epoch: 5 });
  });
});

describe('the masks of an arm are refused', () => {
  test.each<[string, RunSpecification, RunSpecification, string, RegExp]>([
    [
      'after its last epoch',
      taking({ epoch: 6 }),
      FIND,
      'criterion.epoch',
      /never comes: the arm 'find' has 5 epochs, not 6/,
    ],
    [
      'before it prunes',
      taking({ epoch: 1 }),
      FIND,
      'criterion.epoch',
      /has pruned nothing after epoch 1: it first does in epoch 2/,
    ],
    [
      'where it prunes nothing',
      taking({}),
      specification(null),
      'criterion.arm',
      /prunes nothing, so it has no masks/,
    ],
    [
      'where it is of another network',
      taking({}),
      specification({}, { model: { name: 'depthwise-separable', stem: 8, widths: [16], strides: [1] } }),
      'criterion.arm',
      /is of another network: it has no layer fc1; its layers are conv1, dw1, pw1, fc$/,
    ],
    [
      'where a layer is of another shape',
      taking({}),
      specification({}, { dataset: { name: 'cifar', classes: 100 } }),
      'criterion.arm',
      /its layer fc3 is of the shape \[100, 100\], and here it is \[100, 10\]/,
    ],
    [
      'where it chooses other layers',
      taking({}),
      specification(layers({ except: ['fc3'] })),
      'layers',
      /prunes the layers fc1, fc2, and here it is fc1, fc2, fc3: choose the same/,
    ],
    [
      'where its data cannot be read',
      taking({}),
      specification({}, { dataset: { name: 'gone' } }),
      'criterion.arm',
      /the data of the arm 'find' cannot be read: There is no such folder/,
    ],
  ])('%s', (_, given, arm, key, message) => {
    const pruning = given.pruning!;
    const naming = { ...given, pruning: { ...pruning, criterion: { ...pruning.criterion, arm: 'find' } } };
    expect(settle(naming, { arm })).toEqual([
      { key: ['pruning', ...key.split('.')], message: expect.stringMatching(message) as string },
    ]);
  });
});

describe('the masks of a run of the workspace', () => {
  const runs = [run(`${HASH}-s1`), run(`${HASH}-s10`), run('ffffffffffff-s0')];
  const ids = (name: string, seeds = [0], of = runs) => settle(taking({ run: name }), { runs: of, seeds });

  test('are named by the id, by a beginning that is of one alone, or by the hash for the same seed', () => {
    expect(ids(`${HASH}-s1`)).toMatchObject({ run: `${HASH}-s1`, epoch: 5 });
    expect(ids('fff')).toMatchObject({ run: 'ffffffffffff-s0' });
    expect(ids(HASH, [10, 1])).toMatchObject({ run: HASH });
  });

  test.each<[string, string, number[], RegExp]>([
    ['no run begins so', 'abc', [0], /there is no run abc in this workspace$/],
    ['several do', HASH.slice(0, 6), [0], /^2 runs begin with .*: give more of the id, or the twelve digits/],
    [
      'a seed has no run',
      HASH,
      [1, 2],
      new RegExp(`there is no run ${HASH}-s2 in this workspace, as the seed asks`),
    ],
  ])('are refused where %s', (_, name, seeds, message) => {
    expect(ids(name, seeds)).toEqual([
      { key: ['pruning', 'criterion', 'run'], message: expect.stringMatching(message) as string },
    ]);
  });

  test('have to be there or on their way', () => {
    const id = `${HASH}-s1`;
    const of = (change: Partial<NamedRun>, epoch = 4) =>
      settle(taking({ run: id, epoch }), { runs: [run(id, change)] });
    for (const state of ['queued', 'running', 'paused'] as const)
      expect(of({ state, last: null })).toMatchObject({ run: id });
    expect(of({ state: 'stopped', last: 4 })).toMatchObject({ run: id });
    for (const [state, last] of [
      ['stopped', 3],
      ['failed', null],
      ['interrupted', 3],
    ] as const)
      expect(of({ state, last })).toEqual([
        {
          key: ['pruning', 'criterion', 'run'],
          message: `the run ${id} is ${state} and has no epoch 4 yet: resume it first, or take its masks after an epoch that it has`,
        },
      ]);
  });
});
