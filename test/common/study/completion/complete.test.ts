import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { completeStudy } from '../../../../common/study/completion/complete.ts';
import type { Schema } from '../../../../common/study/completion/leaves.ts';
import { studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { ARM_NAME } from '../../../../common/study/wording.ts';
import { components, RUN_SETTINGS, SOUND } from '../../../main/studies/language/components.ts';

const schema = studyJsonSchema(components) as Schema;

/** The text with the caret where '|' stands. */
function at(marked: string): { text: string; caret: number } {
  const caret = marked.indexOf('|');
  return { text: marked.slice(0, caret) + marked.slice(caret + 1), caret };
}
function complete(marked: string) {
  const { text, caret } = at(marked);
  return completeStudy(text, caret, schema);
}
function labels(marked: string): string[] | null {
  return complete(marked)?.suggestions.map(({ label }) => label) ?? null;
}
function suggestion(marked: string, label: string) {
  return complete(marked)!.suggestions.find((each) => each.label === label)!;
}
/** The text after the suggestion was chosen, with the caret again as '|'. */
function choose(marked: string, label: string): string {
  const { from, to } = complete(marked)!;
  const { text } = at(marked);
  const { insert, caret } = suggestion(marked, label);
  return text.slice(0, from) + insert.slice(0, caret) + '|' + insert.slice(caret) + text.slice(to);
}

describe('names of other arms', () => {
  const options = z.strictObject({
    name: z.literal('given-masks'),
    arm: z.string().min(1).meta(ARM_NAME).nullable().default(null),
    epoch: z.int().min(0).nullable().default(null),
  });
  const criteria = [...components.criteria, { name: 'given-masks', title: 'Masks', options }];
  const knowing = studyJsonSchema({ ...components, criteria }) as Schema;
  const named = (marked: string) => {
    const { text, caret } = at(marked);
    return completeStudy(text, caret, knowing)?.suggestions.map(
      ({ label, detail }) => `${label} (${detail})`,
    );
  };
  const arms = (criterion: string) =>
    `arms:\n  - name: dense\n  - name: a third, at 90%\n  - name: taker\n    pruning: { criterion: ${criterion} }\n  - name: ''\n`;

  test.each([
    [
      'after the key',
      '{ name: given-masks, arm: | }',
      ['dense (arm)', 'a third, at 90% (arm)', 'null (default)'],
    ],
    ['by the beginning', '{ name: given-masks, arm: de| }', ['dense (arm)']],
    ['by the beginning of a later word', '{ name: given-masks, arm: th| }', ['a third, at 90% (arm)']],
    ['in quotes', '{ name: given-masks, arm: "|" }', ['dense (arm)', 'a third, at 90% (arm)', 'null ()']],
    ['not for another key', '{ name: given-masks, epoch: | }', ['null (default)']],
    ['not for another criterion', '{ name: random, arm: | }', undefined],
  ])('%s', (_, criterion, expected) => {
    expect(named(arms(criterion))).toEqual(expected);
  });

  it('are none where there is one arm', () => {
    expect(named('arms:\n  - name: a\n    pruning: { criterion: { name: given-masks, arm: | } }')).toEqual([
      'null (default)',
    ]);
  });
});

describe('keys', () => {
  test.each([
    [
      'an empty file',
      '|',
      ['study', 'title', 'description', 'seeds', 'checkpoints', 'priority', 'shared', 'grid', 'arms'],
    ],
    ['a word that was begun', 'study: a\nse|', ['seeds']],
    [
      'what is there already is left out',
      'seeds: [0]\narms: []\nstudy: a\ntitle: b\n|\nshared: {}',
      ['description', 'checkpoints', 'priority', 'grid'],
    ],
    [
      'a blank line between others',
      'shared:\n  batchSize: 1\n  |\n  epochs: 2',
      RUN_SETTINGS.filter((key) => key !== 'batchSize' && key !== 'epochs'),
    ],
    ['a word above others', 'checkpoints:\n  ev|\narms:\n  - name: a', ['every']],
    ['between braces', 'shared:\n  optimizer: { name: sgd, | }', ['momentum', 'weightDecay', 'decayBiases']],
    [
      'between braces that are open still',
      'shared:\n  optimizer: { name: sgd, mo|\n  epochs: 3',
      ['momentum'],
    ],
    [
      'after braces that were left open',
      'shared:\n  optimizer: { name: sgd, momentum: 1\n  batch|\n',
      ['batchSize'],
    ],
    ['after a text of several lines', 'description: >-\n  seeds: none\n    as said\n\nse|', ['seeds']],
    ['before the name', 'shared:\n  optimizer: { be|, name: adam }', ['beta1']],
    ['over several lines', 'shared:\n  optimizer: {\n    name: sgd,\n    w|\n  }\n', ['weightDecay']],
    ['beneath a key', 'shared:\n  optimizer:\n    name: adam\n    |', ['beta1', 'weightDecay']],
    ['of an arm', 'arms:\n  - name: a\n    co|', ['control']],
    ['of an arm between others', 'arms:\n  - name: a\n    ctrl|\n  - name: b', null],
    [
      'of the second arm',
      'arms:\n  - name: a\n  - name: b\n    pruning:\n      s|',
      ['schedule', 'sparsity', 'shuffle'],
    ],
    ['in a list as far left as its key', 'arms:\n- name: a\n  pruning:\n    spa|', ['sparsity']],
    ['of a grid', 'grid:\n  pruning.spa|', ['pruning.sparsity']],
    ['of a grid by the end of a name', 'grid: { sparsity| }', ['pruning.sparsity']],
    ['in capitals', 'shared:\n  BATCH|', ['batchSize']],
    ['a key that has its value', 'shared:\n  epoc|hs: 3', ['epochs']],
    ['quoted', 'shared:\n  "epo|": 3', ['epochs']],
  ])('%s', (_, marked, expected) => expect(labels(marked)).toEqual(expected));

  it('of a component without a name are those of the shared one, in an arm', () => {
    const shared = 'shared:\n  optimizer: adam\n  learningRate: { name: steps, rate: 1 }\n';
    expect(labels(`${shared}arms:\n  - name: a\n    optimizer: { | }`)).toEqual([
      'name',
      'beta1',
      'weightDecay',
    ]);
    expect(labels(`${shared}arms:\n  - name: a\n    learningRate:\n      f|`)).toEqual(['factor']);
    expect(labels(`${shared}arms:\n  - name: a\n    optimizer: { name: sgd, mo| }`)).toEqual(['momentum']);
    expect(labels(`arms:\n  - name: a\n    optimizer: { be| }\n${shared}`)).toEqual(['beta1']);
  });

  it('tell what a value may be, what is usual, and what has to be there', () => {
    expect(suggestion('|', 'study')).toMatchObject({
      kind: 'key',
      detail: 'text · required',
      description: 'The name of the study: small letters, digits and hyphens.',
    });
    expect(suggestion('shared:\n  optimizer: { name: sgd, | }', 'momentum').detail).toBe(
      'number ≥ 0 and < 1 · default 0.9',
    );
    expect(suggestion('shared: { | }', 'batchSize').detail).toBe('whole number 1 to 65536');
    expect(suggestion('shared: { | }', 'optimizer').detail).toBe('one of 2');
    expect(suggestion('arms:\n  - name: a\n    pruning: { | }', 'onCollapse').detail).toBe(
      'continue, stop · default continue',
    );
  });

  test.each([
    ['see|', 'seeds', 'seeds: [|]'],
    ['stu|', 'study', 'study: |'],
    ['ar|', 'arms', 'arms:\n  - |'],
    ['sh|', 'shared', 'shared:\n  |'],
    ['arms:\n  - name: a\n    pr|', 'pruning', 'arms:\n  - name: a\n    pruning:\n      |'],
    ['arms:\n  - |', 'grid', 'arms:\n  - grid:\n      |'],
    ['arms:\n  - { name: a, pr| }', 'pruning', 'arms:\n  - { name: a, pruning: { | } }'],
    ['shared:\n  opt|', 'optimizer', 'shared:\n  optimizer: |'],
    ['shared:\n  epo|: 3', 'epochs', 'shared:\n  epochs|: 3'],
    ['shared:\n  "epo|": 3', 'epochs', 'shared:\n  "epochs|": 3'],
    ['grid:\n  pruning.spa|', 'pruning.sparsity', 'grid:\n  pruning.sparsity: [|]'],
    ['arms:\n  |', 'name', 'arms:\n  - name: |'],
  ])('%j: %s becomes %j', (marked, label, expected) => expect(choose(marked, label)).toBe(expected));
});

describe('values', () => {
  test.each([
    ['components', 'shared:\n  optimizer: |', ['sgd', 'adam']],
    ['components by their name', 'shared:\n  optimizer: { name: | }', ['sgd', 'adam']],
    ['also where others are named', 'shared:\n  optimizer: { name: a|, weightDecay: 1 }', ['adam']],
    ['of a criterion', 'arms:\n  - name: a\n    pruning:\n      criterion: ma|', ['magnitude']],
    ['a choice', 'arms:\n  - name: a\n    pruning:\n      onCollapse: |', ['continue', 'stop']],
    [
      'true and false, and names beside them',
      'arms:\n  - name: a\n    control: |',
      ['true', 'false', 'dense', 'previous-mask', 'every-step'],
    ],
    ['a word or a mapping', 'shared:\n  pruning: { layers: | }', ['all', 'kinds', 'names', 'except']],
    ['within a list', 'shared:\n  pruning: { layers: { kinds: [dense, de|] } }', ['dense', 'depthwise']],
    ['a list that is not opened', 'shared:\n  pruning: { layers: { kinds: de| } }', ['dense', 'depthwise']],
    ['the default', 'shared:\n  optimizer: { name: sgd, momentum: | }', ['0.9']],
    ['of a grid', 'grid:\n  optimizer: [sgd, a|]', ['adam']],
    ['numbers are one’s own', 'seeds: [|]', null],
    ['and so are names', 'study: |', null],
    ['quoted', "shared:\n  optimizer: { name: 's|' }", ['sgd']],
  ])('%s', (_, marked, expected) => expect(labels(marked)).toEqual(expected));

  it('name what a component is, and which value is the default', () => {
    expect(suggestion('shared:\n  optimizer: { name: | }', 'sgd').description).toBe('The sgd');
    expect(suggestion('shared:\n  optimizer: |', 'adam')).toMatchObject({
      description: 'The adam',
      detail: '2 options',
    });
    expect(suggestion('arms:\n  - control: |', 'true').detail).toBe('default');
    expect(suggestion('arms:\n  - control: |', 'false').detail).toBe('');
  });

  it('offer nothing as the last of all', () => {
    expect(labels('shared:\n  pruning:\n    |')!.at(-1)).toBe('null');
    expect(labels('shared:\n  gradientClipping: |')!.at(-1)).toBe('null');
  });

  test.each([
    ['shared:\n  optimizer: |', 'sgd', 'shared:\n  optimizer: { name: sgd| }'],
    ['shared:\n  optimizer: { name: | }', 'sgd', 'shared:\n  optimizer: { name: sgd| }'],
    ['shared:\n  model: len|', 'lenet-300-100', 'shared:\n  model: lenet-300-100|'],
    ['shared:\n  pruning: { criterion: | }', 'random', 'shared:\n  pruning: { criterion: random| }'],
    ['shared:\n  pruning: |', 'sparsity', 'shared:\n  pruning: { sparsity: | }'],
    [
      'shared:\n  pruning: { layers: { kinds: | } }',
      'conv',
      'shared:\n  pruning: { layers: { kinds: [conv|] } }',
    ],
    [
      'shared:\n  pruning:\n    layers:\n      kinds:\n        |',
      'conv',
      'shared:\n  pruning:\n    layers:\n      kinds:\n        - conv|',
    ],
    [
      'shared:\n  pruning:\n    layers:\n      kinds:\n        - dense\n        |',
      'conv',
      'shared:\n  pruning:\n    layers:\n      kinds:\n        - dense\n        - conv|',
    ],
  ])('%j: %s becomes %j', (marked, label, expected) => expect(choose(marked, label)).toBe(expected));
});

test.each([
  ['a comment', 'study: a # se|'],
  ['a comment of its own line', '# se|'],
  ['a text of several words', 'description: to se|'],
  ['a folded text', 'description: >-\n  to\n  se|\nseeds: [0]'],
  ['a key that the schema does not know', 'shared:\n  optimiser: { na|'],
  ['a word deeper than what it follows', 'shared:\n  batchSize: 3\n    ep|'],
  ['after a value', 'shared:\n  optimizer: sgd |'],
])('nothing is said in %s', (_, marked) => expect(complete(marked)).toBeNull());

test('after every beginning of a sound study, at every place, there is an answer and never an error', () => {
  const text = SOUND;
  for (let caret = 0; caret <= text.length; caret++) {
    completeStudy(text, caret, schema);
    completeStudy(text.slice(0, caret), caret, schema);
  }
  // Every key and every component of it would have been offered where it stands.
  for (const match of text.matchAll(/(?<=^|[\n{,] *(?:- )?)([a-zA-Z]+):/g)) {
    const caret = match.index + 1;
    const offered = completeStudy(text, caret, schema)?.suggestions.map(({ label }) => label) ?? [];
    expect(offered, `${match[0]} at ${match.index}`).toContain(match[1]);
  }
  expect(parse(text)).toBeTruthy();
});

test('whatever the text, it answers, and with what lies around the caret', () => {
  const piece = fc.constantFrom(
    'shared:',
    'arms:',
    '- ',
    'name: sgd',
    'optimizer: ',
    '{ ',
    ' }',
    '[',
    ']',
    ', ',
    '\n',
    '\n  ',
    '\n    ',
    '"',
    "'",
    '#',
    ': ',
    ':',
    '|',
    '>',
    '&a ',
    'x',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(), (pieces, place) => {
      const text = pieces.join('');
      const caret = place % (text.length + 1);
      const answer = completeStudy(text, caret, schema);
      if (answer === null) return;
      expect(answer.from).toBeLessThanOrEqual(caret);
      expect(answer.to).toBeGreaterThanOrEqual(caret);
      expect(text.slice(answer.from, caret)).toBe(answer.prefix);
      expect(answer.suggestions.every(({ insert, caret: within }) => within <= insert.length)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
