import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../main/studies/language/index.ts';
import { read, RUN_SETTINGS, SOUND } from './components.ts';

/** [what is wrong, the line replaced, what stands there instead, line, key, the whole sentence] */
type Case = [string, string, string, number, string, string];

const RUN_KEYS = RUN_SETTINGS.join(', ');
const THRESHOLD = "a number above 0, or a multiple of the layer's standard deviation such as '1e-3σ'";

const CASES: Case[] = [
  [
    'a criterion misspelled',
    'criterion: random',
    'criterion: magnitud',
    14,
    'arms[1].pruning.criterion',
    "found 'magnitud'; allowed: random, magnitude; did you mean 'magnitude'?",
  ],
  [
    'a criterion misspelled in a mapping',
    'criterion: random',
    'criterion: {name: Random}',
    14,
    'arms[1].pruning.criterion.name',
    "found 'Random'; allowed: random, magnitude; did you mean 'random'?",
  ],
  [
    'a model that is no one’s',
    'model: lenet-300-100',
    'model: transformer',
    5,
    'shared.model',
    "found 'transformer'; allowed: lenet-300-100, conv-bn-relu",
  ],
  [
    'the start of a name',
    'model: lenet-300-100',
    'model: lenet',
    5,
    'shared.model',
    "found 'lenet'; allowed: lenet-300-100, conv-bn-relu; did you mean 'lenet-300-100'?",
  ],
  [
    'a list for a component',
    'dataset: mnist',
    'dataset: [mnist]',
    4,
    'shared.dataset',
    'found the list [mnist]; allowed: one of mnist, idx, by name or as a mapping with its options',
  ],
  [
    'a number for a component',
    'dataset: mnist',
    'dataset: 3',
    4,
    'shared.dataset',
    'found 3; allowed: one of mnist, idx, by name or as a mapping with its options',
  ],
  [
    'nothing for a component',
    'dataset: mnist',
    'dataset:',
    4,
    'shared.dataset',
    'found nothing; allowed: one of mnist, idx, by name or as a mapping with its options',
  ],
  [
    'an unknown option',
    'weightDecay: 1e-3',
    'weightdecay: 1e-3',
    8,
    'shared.optimizer.weightdecay',
    "unknown key 'weightdecay'; allowed: name, momentum, weightDecay, decayBiases; did you mean 'weightDecay'?",
  ],
  [
    'an option of another component',
    'rate: 0.1',
    'rate: 0.1, momentum: 0.9',
    9,
    'shared.learningRate.momentum',
    "unknown key 'momentum'; allowed: name, rate; it belongs under optimizer",
  ],
  [
    'an option of another component of the kind',
    'weightDecay: 1e-3',
    'weightDecay: 1e-3, beta1: 0.5',
    8,
    'shared.optimizer.beta1',
    "unknown key 'beta1'; allowed: name, momentum, weightDecay, decayBiases; it is an option of adam",
  ],
  [
    'an alias within what it repeats',
    'seeds: [0, 1]',
    'seeds: &all [0, *all]',
    2,
    '',
    'this alias cannot be followed (it stands within what it repeats); write the value out, or use shared',
  ],
  [
    'an option outside of its component',
    '  batchSize: 64',
    '  batchSize: 64\n  weightDecay: 1',
    7,
    'shared.weightDecay',
    `unknown key 'weightDecay'; allowed: ${RUN_KEYS}; it belongs under optimizer`,
  ],
  [
    'a part of the pruning outside of it',
    '  batchSize: 64',
    '  batchSize: 64\n  sparsity: 0.5',
    7,
    'shared.sparsity',
    `unknown key 'sparsity'; allowed: ${RUN_KEYS}; it belongs under pruning`,
  ],
  [
    'an option of no component',
    '  batchSize: 64',
    '  batchSize: 64\n  colour: red',
    7,
    'shared.colour',
    `unknown key 'colour'; allowed: ${RUN_KEYS}`,
  ],
  [
    'an unknown key in an arm',
    '  - name: random',
    '  - name: random\n    epoch: 3',
    13,
    'arms[1].epoch',
    `unknown key 'epoch'; allowed: ${RUN_KEYS}; did you mean 'epochs'?`,
  ],
  [
    'an unknown key at the top',
    'seeds: [0, 1]',
    'seeds: [0, 1]\ntitel: x',
    3,
    'titel',
    "unknown key 'titel'; allowed: study, title, description, seeds, checkpoints, priority, shared, grid, arms; did you mean 'title'?",
  ],
  [
    'a setting at the top',
    'seeds: [0, 1]',
    'seeds: [0, 1]\nepochs: 3',
    3,
    'epochs',
    "unknown key 'epochs'; allowed: study, title, description, seeds, checkpoints, priority, shared, grid, arms; it belongs under shared",
  ],
  [
    'a key of an object’s own',
    '  batchSize: 64',
    '  batchSize: 64\n  __proto__: {a: 1}',
    7,
    'shared.__proto__',
    `unknown key '__proto__'; allowed: ${RUN_KEYS}`,
  ],
  [
    'a key of every object',
    '  batchSize: 64',
    '  batchSize: 64\n  constructor: random',
    7,
    'shared.constructor',
    `unknown key 'constructor'; allowed: ${RUN_KEYS}`,
  ],
  [
    'a number in quotes',
    'batchSize: 64',
    'batchSize: "64"',
    6,
    'shared.batchSize',
    "found '64'; allowed: a whole number from 1 to 65536; write it without quotes",
  ],
  [
    'a number out of range',
    'batchSize: 64',
    'batchSize: 0',
    6,
    'shared.batchSize',
    'found 0; allowed: a whole number from 1 to 65536',
  ],
  [
    'a fraction for a whole number',
    'epochs: 5',
    'epochs: 2.5',
    7,
    'shared.epochs',
    'found 2.5; allowed: a whole number of epochs from 1 to 100000, or of optimizer steps, such as 500it',
  ],
  [
    'no number at all',
    'epochs: 5',
    'epochs: .nan',
    7,
    'shared.epochs',
    'found NaN; allowed: a whole number of epochs from 1 to 100000, or of optimizer steps, such as 500it',
  ],
  [
    'an option out of range',
    'weightDecay: 1e-3',
    'weightDecay: -1',
    8,
    'shared.optimizer.weightDecay',
    'found -1; allowed: a number from 0 to 10',
  ],
  [
    'a decimal comma',
    'rate: 0.1',
    "rate: '0,1'",
    9,
    'shared.learningRate.rate',
    "found '0,1'; allowed: a number, above 0 and at most 100; write decimals with a point",
  ],
  [
    'a percentage as a number',
    'sparsity: 0.5',
    'sparsity: 50',
    16,
    'arms[1].pruning.sparsity',
    'found 50; allowed: a number, above 0 and below 1; it is a share: write 0.5 for 50%',
  ],
  [
    'a percentage',
    'sparsity: 0.5',
    'sparsity: 50%',
    16,
    'arms[1].pruning.sparsity',
    "found '50%'; allowed: a number, above 0 and below 1; write 0.5",
  ],
  [
    'all weights pruned',
    'sparsity: 0.5',
    'sparsity: 1',
    16,
    'arms[1].pruning.sparsity',
    'found 1; allowed: a number, above 0 and below 1',
  ],
  [
    'yes for true',
    'weightDecay: 1e-3',
    'decayBiases: yes',
    8,
    'shared.optimizer.decayBiases',
    "found 'yes'; allowed: true or false; write true",
  ],
  [
    'text for a truth value of an arm',
    '  - name: random',
    '  - name: random\n    control: off',
    13,
    'arms[1].control',
    "found 'off'; allowed: true, false, dense, previous-mask, every-step, or a list such as [dense, previous-mask]; write false",
  ],
  [
    'an option missing',
    '{name: constant, rate: 0.1}',
    'constant',
    9,
    'shared.learningRate.rate',
    'is missing; give a number, above 0 and at most 100',
  ],
  [
    'a setting missing in every arm',
    '  model: lenet-300-100\n',
    '',
    3,
    'shared.model',
    'is missing; give one of lenet-300-100, conv-bn-relu, by name or as a mapping with its options; write it under shared, or in the arm',
  ],
  [
    'a part of the pruning missing',
    '      sparsity: 0.5\n',
    '',
    13,
    'arms[1].pruning.sparsity',
    'is missing; give a number, above 0 and below 1',
  ],
  [
    'a name missing',
    'name: constant, rate',
    'rate',
    9,
    'shared.learningRate.name',
    'is missing; give constant, steps',
  ],
  [
    'parts that do not fit',
    'model: lenet-300-100',
    'model: {name: conv-bn-relu, strides: [1]}',
    5,
    'shared.model.strides',
    'found the list [1]; must be as many as the widths',
  ],
  [
    'layers by a plain name',
    'sparsity: 0.5',
    'sparsity: 0.5\n      layers: depthwise',
    17,
    'arms[1].pruning.layers',
    "found 'depthwise'; allowed: 'all', or a mapping with any of the keys kinds, names, except, such as {kinds: [depthwise]}",
  ],
  [
    'a kind of layer misspelled',
    'sparsity: 0.5',
    'sparsity: 0.5\n      layers:\n        kinds:\n          - dense\n          - deptwise',
    20,
    'arms[1].pruning.layers.kinds[1]',
    "found 'deptwise'; allowed: dense, conv, depthwise, pointwise; did you mean 'depthwise'?",
  ],
  [
    'a threshold of zero',
    '  batchSize: 64',
    '  batchSize: 64\n  thresholds: [1e-3, 0]',
    7,
    'shared.thresholds[1]',
    `found 0; allowed: ${THRESHOLD}`,
  ],
  [
    'a threshold of no number',
    '  batchSize: 64',
    '  batchSize: 64\n  thresholds: [1e-3, tiny]',
    7,
    'shared.thresholds[1]',
    `found 'tiny'; allowed: ${THRESHOLD}`,
  ],
  [
    'a threshold of zero σ',
    '  batchSize: 64',
    "  batchSize: 64\n  thresholds: ['0σ']",
    7,
    'shared.thresholds[0]',
    `found '0σ'; allowed: ${THRESHOLD}`,
  ],
  [
    'a threshold twice',
    '  batchSize: 64',
    "  batchSize: 64\n  thresholds: [1e-3, '1e-3σ', 0.001]",
    7,
    'shared.thresholds[2]',
    'found 0.001; the threshold 1e-3 stands twice; thresholds are distinct',
  ],
  [
    'no thresholds',
    '  batchSize: 64',
    '  batchSize: 64\n  thresholds: []',
    7,
    'shared.thresholds',
    'found an empty list; allowed: at least 1 item',
  ],
  [
    'a seed twice',
    'seeds: [0, 1]',
    'seeds: [0, 1, 0]',
    2,
    'seeds[2]',
    'found 0; the seed 0 stands twice; seeds are distinct',
  ],
  [
    'a negative seed',
    'seeds: [0, 1]',
    'seeds: [0, -1]',
    2,
    'seeds[1]',
    'found -1; allowed: a whole number from 0 to 2147483647',
  ],
  [
    'a seed too large',
    'seeds: [0, 1]',
    'seeds: [2147483648]',
    2,
    'seeds[0]',
    'found 2147483648; allowed: a whole number from 0 to 2147483647',
  ],
  [
    'a count of seeds',
    'seeds: [0, 1]',
    'seeds: 3',
    2,
    'seeds',
    'found 3; allowed: a list, each item a whole number from 0 to 2147483647',
  ],
  ['no seeds', 'seeds: [0, 1]', 'seeds: []', 2, 'seeds', 'found an empty list; allowed: at least 1 item'],
  [
    'a study without a name',
    'study: sound\n',
    '',
    1,
    'study',
    'is missing; give a name of small letters, digits and hyphens, such as my-study',
  ],
  [
    'a study’s name with blanks',
    'study: sound',
    'study: My Study',
    1,
    'study',
    "found 'My Study'; allowed: a name of small letters, digits and hyphens, such as my-study",
  ],
  [
    'a title that YAML reads as a number',
    'seeds: [0, 1]',
    'seeds: [0, 1]\ntitle: 2024',
    3,
    'title',
    'found 2024; allowed: one line of text without control characters; put it in quotes',
  ],
  [
    'two arms of one name',
    '  - name: random',
    '  - name: control',
    12,
    'arms[1].name',
    "found 'control'; two arms are named 'control'; names of arms are distinct",
  ],
  [
    'an arm without a name',
    '  - name: random\n    pruning',
    '  - pruning',
    12,
    'arms[1].name',
    'is missing; give one line of text without control characters',
  ],
  [
    'an arm whose name clears a terminal',
    '  - name: control',
    '  - name: "clear\\e[2J"',
    11,
    'arms[0].name',
    "found 'clear\\u{1b}[2J'; allowed: one line of text without control characters",
  ],
  [
    'an arm that is a word',
    '  - name: control',
    '  - control',
    11,
    'arms[0]',
    "found 'control'; allowed: a mapping with a name, and the settings of this arm",
  ],
  [
    'checkpoints never',
    'seeds: [0, 1]',
    'seeds: [0, 1]\ncheckpoints: {every: 0}',
    3,
    'checkpoints.every',
    'found 0; allowed: a whole number, 1 or more',
  ],
  [
    'a rule broken by the arm',
    'epoch: 2',
    'epoch: 9',
    15,
    'arms[1].pruning.schedule.epoch',
    'never happens: there are only 5 epochs',
  ],
  [
    'a rule broken deep inside',
    'sparsity: 0.5',
    'sparsity: 0.5\n      layers: {names: [fc1, conv9]}',
    17,
    'arms[1].pruning.layers.names',
    "no layer 'conv9'",
  ],
  [
    'a key twice',
    'seeds: [0, 1]',
    'seeds: [0, 1]\nseeds: [2]',
    3,
    'seeds',
    "the key 'seeds' stands twice in this mapping: keep one of them",
  ],
  [
    'a second document',
    'seeds: [0, 1]',
    'seeds: [0, 1]\n---',
    3,
    '',
    "found a second document after '---'; a file holds one study",
  ],
  [
    'an alias of nothing',
    'dataset: mnist',
    'dataset: *other',
    4,
    '',
    "this alias cannot be followed (there is no anchor '&other' before it); write the value out, or use shared",
  ],
];

describe('a study file with one mistake', () => {
  it('is sound without it', () => {
    expect(read(SOUND).problems).toEqual([]);
  });

  it.each(CASES)('%s', (_, found, replaced, line, key, message) => {
    expect(SOUND).toContain(found);
    const { study, runs, problems } = read(SOUND.replace(found, replaced));
    expect(problems.map(({ line, key, message }) => ({ line, key, message }))).toEqual([
      { line, key, message },
    ]);
    expect(study).toBeNull();
    expect(runs).toEqual([]);
  });
});

describe('text that is not YAML', () => {
  it.each([
    ['a tab', 'study: a\nshared:\n\tmodel: x\n', 3, /found a tab; indent with spaces/],
    ['a wrong indentation', 'study: a\nshared:\n  dataset: mnist\n   model: x\n', 3, /not YAML|indentation/],
    ['an open bracket', 'study: a\nseeds: [0\narms: x\n', 3, /a bracket before it is not closed/],
    ['an open quote', 'study: "a\nseeds: [0]\n', 1, /not YAML/],
    ['a tag', 'study: !!js/function x\n', 1, /found a tag; write the value without it/],
    ['a key that is a list', '? [a, b]\n: c\n', 1, /plain names/],
    ['nothing', '', 1, /the file is empty/],
    ['comments alone', '# study: a\n', 1, /the file is empty/],
    ['a list', '- a\n', 1, /a study is a mapping with the keys study, seeds and arms/],
    ['a word', 'study', 1, /a study is a mapping/],
  ])('%s', (_, text, line, message) => {
    const { problems } = read(text);
    expect(problems[0]!.line).toBe(line);
    expect(problems[0]!.message).toMatch(message);
  });

  it('an alias bomb, at once', () => {
    const line = (name: string, of: string): string =>
      `${name}: &${name} [${Array(10).fill(of).join(',')}]\n`;
    const bomb = `${line('a', 'x')}${line('b', '*a')}${line('c', '*b')}${line('d', '*c')}${line('e', '*d')}${line('f', '*e')}`;
    const before = process.cpuUsage().user;
    expect(read(bomb).problems[0]!.message).toMatch(/this alias cannot be followed/);
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(2000);
  });

  it('brackets nested beyond measure', () => {
    const { problems } = read(`study: ${'['.repeat(20_000)}`);
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe('long keys', () => {
  it('are cut, alone and where many stand within each other', () => {
    const deep = `${'outer: {'.repeat(300)}inner: 1${'}'.repeat(300)}`;
    for (const text of [
      SOUND.replace('batchSize: 64', `batchSize: 64\n  ${'x'.repeat(5000)}: 1`),
      SOUND.replace('batchSize: 64', `batchSize: 64\n  model: {name: lenet-300-100, ${deep}}`),
      SOUND.replace('criterion: random', `criterion: {name: random, ${deep}}`),
      // Of a text that is not YAML, the path to where it broke.
      SOUND.replace('batchSize: 64', `${'outer: {'.repeat(90)}`),
      SOUND.replace('study:', `${'a.'.repeat(4000)}\u200b: 1\nstudy:`),
    ])
      for (const problem of read(text).problems) {
        expect(problem.key.length).toBeLessThanOrEqual(160);
        expect(formatProblem(problem).length).toBeLessThan(1000);
        expect(formatProblem(problem)).not.toContain('\u200b');
      }
  });
});

describe('several problems', () => {
  it('come in the order of the file, each with its column', () => {
    const text = SOUND.replace('batchSize: 64', 'batchSize: 0').replace(
      'criterion: random',
      'criterion: rondom',
    );
    const { problems } = read(text.replace('weightDecay: 1e-3', 'weightDecay: x'));
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [6, 14],
      [8, 39],
      [14, 18],
    ]);
  });

  it('of shared settings are told once, whatever the number of arms', () => {
    const { problems } = read(SOUND.replace('epochs: 5', 'epochs: 0'));
    expect(problems).toHaveLength(1);
  });

  it('of shared settings are told even where every arm replaces them', () => {
    const text = `${SOUND.replace('model: lenet-300-100', 'model: lenet-30-10')}`
      .replace('  - name: control', '  - name: control\n    model: lenet-300-100')
      .replace('  - name: random', '  - name: random\n    model: lenet-300-100');
    expect(read(text).problems.map(({ key }) => key)).toEqual(['shared.model']);
  });

  it('of one arm alone are told at that arm', () => {
    const text = SOUND.replace('  model: lenet-300-100\n', '').replace(
      '  - name: control',
      '  - name: control\n    model: lenet-300-100',
    );
    expect(read(text).problems.map(({ line, key }) => [line, key])).toEqual([[12, 'arms[1].model']]);
  });

  it('of a component that an arm changes stand where each option was written', () => {
    const text = `${SOUND.replace('weightDecay: 1e-3', 'weightDecay: 50')}    optimizer: {momentum: 5}\n`;
    expect(read(text).problems.map(({ key }) => key)).toEqual([
      'shared.optimizer.weightDecay',
      'arms[1].optimizer.momentum',
    ]);
  });

  it('of a component that an arm replaces stand at the arm', () => {
    const text = `${SOUND.replace('{name: sgd, weightDecay: 1e-3}', 'sgd')}    optimizer: {name: adamm}\n`;
    expect(read(text).problems.map(({ line, key }) => [line, key])).toEqual([[17, 'arms[1].optimizer.name']]);
  });

  it('stand at an alias, not at what it stands for', () => {
    const text = SOUND.replace('dataset: mnist', 'dataset: &bad cifar').replace(
      'model: lenet-300-100',
      'model: *bad',
    );
    expect(read(text).problems.map(({ line, key }) => [line, key])).toEqual([
      [4, 'shared.dataset'],
      [5, 'shared.model'],
    ]);
  });

  it('keep their lines under Windows line ends and a byte-order mark', () => {
    const text = `\uFEFF${SOUND.replace('epochs: 5', 'epochs: 0').replaceAll('\n', '\r\n')}`;
    expect(read(text).problems.map(({ line }) => line)).toEqual([7]);
  });

  it('are refused as too many runs', () => {
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed).join(', ');
    const arms = Array.from(
      { length: 20 },
      (_, arm) => `  - name: arm ${arm}\n    epochs: ${arm + 1}\n`,
    ).join('');
    const { problems } = read(`${SOUND.replace('seeds: [0, 1]', `seeds: [${seeds}]`)}${arms}`);
    expect(problems.map(({ key }) => key)).toEqual(['seeds']);
    expect(problems[0]!.message).toMatch(/more than 10000 runs; split the study/);
  });
});

it('a problem reads as one line', () => {
  const [problem] = read(SOUND.replace('criterion: random', 'criterion: magnitud')).problems;
  expect(formatProblem(problem!)).toBe(
    "line 14, arms[1].pruning.criterion: found 'magnitud'; allowed: random, magnitude; did you mean 'magnitude'?",
  );
  expect(formatProblem({ line: null, column: null, key: '', message: 'is empty' })).toBe('is empty');
});
