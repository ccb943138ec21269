import * as z from 'zod';
import { expect, test } from 'vitest';
import { readStudy, type StudyRules } from '../../../../main/studies/language/index.ts';
import { components, rules } from './components.ts';

const origin = z.string().nullable().default(null);
const options = z.strictObject({
  name: z.literal('given-masks'),
  run: origin,
  arm: origin,
  epoch: z.int().nullable().default(null),
});
const withMasks = {
  ...components,
  criteria: [...components.criteria, { name: 'given-masks', title: 'Masks', options }],
};

/** What the trainer's rule was asked for. */
interface Asked {
  arm: string | null;
  /** The run that the arm's own specification names by then. */
  theirs: unknown;
  seeds: readonly number[];
}

/** Reads a study of these arms; a run is called after the arm that it is of. */
function read(arms: string, more: Partial<StudyRules> = {}) {
  const asked: Asked[] = [];
  const reading = readStudy(
    `study: masks
seeds: [4, 7]
shared:
  dataset: mnist
  model: lenet-300-100
  batchSize: 64
  epochs: 5
  optimizer: sgd
  learningRate: {name: constant, rate: 0.1}
  pruning: {criterion: random, schedule: {name: one-shot, epoch: 2}, sparsity: 0.5}
arms:
${arms}`,
    withMasks,
    {
      ...rules,
      settleMasks(specification, source, seeds) {
        const pruning = specification.pruning!;
        const theirs = source?.specification.pruning?.criterion['run'] ?? null;
        asked.push({ arm: source?.name ?? null, theirs, seeds });
        const run = source ? `run of ${source.name}` : `whole ${String(pruning.criterion['run'])}`;
        const criterion = { ...pruning.criterion, run, arm: null, epoch: 5 };
        return { specification: { ...specification, pruning: { ...pruning, criterion } }, problems: [] };
      },
      ...more,
    },
  );
  return { ...reading, asked };
}

const taking = (name: string, of: string): string =>
  `  - name: ${name}\n    control: false\n    pruning: {criterion: {name: given-masks, ${of}}}\n`;
const plain = (name: string): string => `  - name: ${name}\n    control: false\n`;

test('an arm comes after the one whose masks it takes, and names its run', () => {
  const { study, runs, problems, asked } = read(
    taking('third', 'arm: second') + taking('second', 'arm: first') + plain('first') + plain('last'),
  );
  expect(problems).toEqual([]);
  // The study lists its arms as the file does; what is trained is in the order in which it can be.
  expect(study!.arms).toEqual(['third', 'second', 'first', 'last']);
  expect(runs.map(({ seed, arms }) => `${arms.join('+')} ${seed}`)).toEqual(
    [4, 7].flatMap((seed) => [`first+last ${seed}`, `second ${seed}`, `third ${seed}`]),
  );
  expect(runs[2]!.specification.pruning!.criterion).toEqual({
    name: 'given-masks',
    run: 'run of second',
    arm: null,
    epoch: 5,
  });
  // The rule sees an arm that is settled itself.
  expect(asked).toEqual([
    { arm: 'first', theirs: null, seeds: [4, 7] },
    { arm: 'second', theirs: 'run of first', seeds: [4, 7] },
  ]);
});

test('a run is named by the rule alone', () => {
  const { runs, asked } = read(taking('a', 'run: 0a1b'));
  expect(asked).toEqual([{ arm: null, theirs: null, seeds: [4, 7] }]);
  expect(runs[0]!.specification.pruning!.criterion['run']).toBe('whole 0a1b');
});

test('arms of grids are found by their whole names', () => {
  const grid = `  - name: find\n    control: false\n    grid: {pruning.sparsity: [0.5, 0.8]}\n`;
  expect(read(grid + taking('a', `arm: 'find sparsity=0.8'`)).asked[0]!.arm).toBe('find sparsity=0.8');
  const { problems } = read(grid + taking('a', 'arm: find'));
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message).toBe(
    "found 'find'; the other arms are 'find sparsity=0.5', 'find sparsity=0.8'; did you mean 'find sparsity=0.5'?",
  );
});

test('an arm that is not there is told where it is named', () => {
  const { problems, runs } = read(plain('dense') + taking('a', 'arm: dence'));
  expect(runs).toEqual([]);
  expect(problems).toEqual([
    {
      line: 16,
      column: 51,
      key: 'arms[1].pruning.criterion.arm',
      message: "found 'dence'; the other arms are 'dense'; did you mean 'dense'?",
    },
  ]);
});

test.each([
  ['itself', taking('a', 'arm: a'), "'a' from 'a'"],
  [
    'one that takes its own',
    taking('a', 'arm: b') + taking('b', 'arm: c') + taking('c', 'arm: b'),
    "'b' from 'c' from 'b'",
  ],
])('an arm cannot take the masks of %s', (_, arms, circle) => {
  const { problems } = read(arms);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message).toContain(`masks are taken in a circle, ${circle}`);
});

test('what the rule refuses is told in the arm’s settings, and once', () => {
  const { problems } = read(taking('a', 'run: 0a1b') + taking('b', 'arm: a'), {
    settleMasks: (specification) => ({
      specification,
      problems: [{ key: ['pruning', 'sparsity'], message: 'no' }],
    }),
  });
  // The sparsity is the shared one.
  expect(problems).toEqual([{ line: 10, column: 80, key: 'shared.pruning.sparsity', message: 'no' }]);
});
