import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { canonicalSpecification, readStudy } from '../../../../main/studies/language/index.ts';
import { components, read, rules, SOUND } from './components.ts';

/** The shared settings are on lines 3 to 9, the arms from line 11. */
const HEAD = SOUND.slice(0, SOUND.indexOf('arms:')).replace('[0, 1]', '[3]');
const PRUNED = 'pruning: {criterion: random, schedule: {name: one-shot, epoch: 2}, sparsity: 0.5}';

const arm = (name: string, ...lines: string[]): string =>
  `  - name: ${name}\n${lines.map((line) => `    ${line}\n`).join('')}`;
const study = (...arms: string[]): string => `${HEAD}arms:\n${arms.join('')}`;

function armsOf(text: string): string[] {
  const { problems, study: read_ } = read(text);
  expect(problems).toEqual([]);
  return read_!.arms;
}

function specificationsOf(text: string): Map<string, string> {
  const { problems, runs } = read(text);
  expect(problems).toEqual([]);
  return new Map(
    runs.flatMap(({ arms, specification }) =>
      arms.map((name) => [name, canonicalSpecification(specification, components)]),
    ),
  );
}

function problemsOf(text: string) {
  const { study: read_, runs, problems } = read(text);
  expect(read_).toBeNull();
  expect(runs).toEqual([]);
  return problems.map(({ line, key, message }) => ({ line, key, message }));
}

describe('a grid of an arm', () => {
  it('is every combination, the last list changing first', () => {
    const text = study(
      arm('none'),
      arm('a', PRUNED, 'grid: {pruning.sparsity: [0.5, 0.8, 0.9], pruning.criterion: [random, magnitude]}'),
      arm('last', PRUNED.replace('0.5', '0.1')),
    );
    expect(armsOf(text)).toEqual([
      'none',
      'a sparsity=0.5 criterion=random',
      'a sparsity=0.5 criterion=magnitude',
      'a sparsity=0.8 criterion=random',
      'a sparsity=0.8 criterion=magnitude',
      'a sparsity=0.9 criterion=random',
      'a sparsity=0.9 criterion=magnitude',
      'last',
    ]);
    const { runs } = read(text);
    expect(runs).toHaveLength(8);
    expect(runs.slice(1).every(({ control }) => control === 0)).toBe(true);
  });

  it('makes the runs of the same arms written out', () => {
    const grid = study(
      arm('none'),
      arm(
        'a',
        PRUNED,
        'grid:',
        '  pruning.sparsity: [0.5, 0.8]',
        '  optimizer: [adam, {weightDecay: 0.5}]',
        '  pruning.schedule.epoch: [1, 2]',
      ),
    );
    const lines = [0.5, 0.8].flatMap((sparsity) =>
      ['adam', '{name: sgd, weightDecay: 0.5}'].flatMap((optimizer, index) =>
        [1, 2].map((epoch) =>
          arm(
            `"a sparsity=${sparsity} optimizer=${['adam', '{weightDecay=0.5}'][index]} epoch=${epoch}"`,
            `optimizer: ${optimizer}`,
            `pruning: {criterion: random, schedule: {name: one-shot, epoch: ${epoch}}, sparsity: ${sparsity}}`,
          ),
        ),
      ),
    );
    const written = study(arm('none'), ...lines);
    expect(specificationsOf(grid)).toEqual(specificationsOf(written));
    expect(read(grid).runs).toEqual(read(written).runs);
  });

  it.each([
    ['over the arm, which lies over the shared', 'epochs: [3]', ['epochs: 4'], { epochs: 3 }],
    [
      'a component of another name, with its defaults',
      'optimizer: [adam]',
      ['optimizer: {momentum: 0.5}'],
      { optimizer: { name: 'adam', beta1: 0.9, weightDecay: 0 } },
    ],
    [
      'a component of the same name, whose options stay',
      'optimizer.name: [sgd]',
      ['optimizer: {momentum: 0.5}'],
      { optimizer: { name: 'sgd', momentum: 0.5, weightDecay: 1e-3, decayBiases: true } },
    ],
    [
      'a component by its name alone, with its defaults',
      'optimizer.name: [adam]',
      ['optimizer: {momentum: 0.5}'],
      { optimizer: { name: 'adam', beta1: 0.9, weightDecay: 0 } },
    ],
    [
      'one option of a component',
      'optimizer.momentum: [0]',
      [],
      { optimizer: { name: 'sgd', momentum: 0, weightDecay: 1e-3, decayBiases: true } },
    ],
    [
      'a component before its option, in whatever order',
      'optimizer.beta1: [0.5], optimizer: [adam]',
      [],
      { optimizer: { name: 'adam', beta1: 0.5, weightDecay: 0 } },
    ],
    [
      'one condition on the layers, beside the others',
      'pruning.layers.names: [[fc1]]',
      [PRUNED],
      { pruning: { layers: { kinds: [], names: ['fc1'], except: [] } } },
    ],
    [
      'all layers',
      'pruning.layers: [all]',
      [PRUNED],
      { pruning: { layers: { kinds: [], names: [], except: [] } } },
    ],
    ['no pruning', 'pruning: [null]', [PRUNED], { pruning: null }],
    [
      'parts of the pruning',
      'pruning: [{sparsity: 0.7}]',
      [PRUNED],
      { pruning: { sparsity: 0.7, schedule: { epoch: 2 } } },
    ],
    [
      'a pruning where there was none',
      'pruning: [{criterion: magnitude, sparsity: 0.7}], pruning.schedule: [{name: one-shot, epoch: 1}]',
      ['pruning: null'],
      { pruning: { criterion: { name: 'magnitude' }, schedule: { epoch: 1 } } },
    ],
    ['a list as one value', 'thresholds: [[1e-3]]', [], { thresholds: [{ absolute: 1e-3 }] }],
  ])('lays %s', (_, grid, lines, expected) => {
    const { problems, runs } = read(study(arm('a', 'control: false', ...lines, `grid: {${grid}}`)));
    expect(problems).toEqual([]);
    expect(runs[0]!.specification).toMatchObject(expected);
  });

  it('keeps the conditions that a path passes by', () => {
    const text = study(
      arm(
        'a',
        `pruning: {criterion: random, schedule: {name: one-shot, epoch: 2}, sparsity: 0.5, layers: {except: [fc1]}}`,
        'grid: {pruning.layers.names: [[fc2], [fc3]]}',
      ),
    );
    const layers = read(text).runs.flatMap(({ specification }) => specification.pruning?.layers ?? []);
    expect(layers).toEqual([
      { kinds: [], names: ['fc2'], except: ['fc1'] },
      { kinds: [], names: ['fc3'], except: ['fc1'] },
    ]);
  });

  it('names what stands in a mapping by names, dots and all', () => {
    const layerWise = z.strictObject({
      name: z.literal('layer-wise'),
      layers: z.record(z.string(), z.number()),
    });
    const distributions = [{ name: 'layer-wise', title: 'By layer', options: layerWise }];
    const text = study(
      arm(
        'a',
        PRUNED.replace('criterion', 'distribution: {name: layer-wise, layers: {fc1: 0.5}}, criterion'),
        'grid: {pruning.distribution.layers.features.0: [0.1, 0.2]}',
      ),
    );
    const { problems, runs, study: found } = readStudy(text, { ...components, distributions }, rules);
    expect(problems).toEqual([]);
    expect(found!.arms).toEqual(['a features.0=0.1', 'a features.0=0.2']);
    expect(runs.at(-1)!.specification.pruning!.distribution).toEqual({
      name: 'layer-wise',
      layers: { fc1: 0.5, 'features.0': 0.2 },
    });
  });

  it('passes its control on to every combination', () => {
    const text = study(arm('a', PRUNED, 'control: false', 'grid: {pruning.sparsity: [0.5, 0.8]}'));
    expect(read(text).runs.map(({ control }) => control)).toEqual([null, null]);
  });

  it('trains combinations that come to the same once, for both arms', () => {
    const text = study(arm('a', 'grid: {optimizer: [sgd, {name: sgd, momentum: 0.9}]}'));
    expect(armsOf(text)).toEqual(['a optimizer=sgd', 'a optimizer=sgd(momentum=0.9)']);
    expect(read(text).runs.map(({ arms }) => arms)).toEqual([
      ['a optimizer=sgd', 'a optimizer=sgd(momentum=0.9)'],
    ]);
  });
});

describe('a grid of the study', () => {
  const grid = (settings: string): string =>
    study(arm('x'), arm('y', PRUNED)).replace('arms:', `grid: {${settings}}\narms:`);

  it('is for every arm', () => {
    expect(armsOf(grid('epochs: [3, 4]'))).toEqual(['x epochs=3', 'x epochs=4', 'y epochs=3', 'y epochs=4']);
  });

  it('leaves arms that prune nothing without its pruning', () => {
    expect(armsOf(grid('batchSize: [1, 2], pruning.sparsity: [0.5, 0.9]'))).toEqual([
      'x batchSize=1',
      'x batchSize=2',
      'y batchSize=1 sparsity=0.5',
      'y batchSize=1 sparsity=0.9',
      'y batchSize=2 sparsity=0.5',
      'y batchSize=2 sparsity=0.9',
    ]);
  });

  it('gives way to the list of an arm', () => {
    const text = `${grid('epochs: [3, 4]')}    grid: {epochs: [5], batchSize: [1]}\n`;
    expect(armsOf(text)).toEqual(['x epochs=3', 'x epochs=4', 'y epochs=5 batchSize=1']);
  });
});

describe('names', () => {
  const names = (grid: string): string[] => armsOf(study(arm('a', PRUNED, `grid: {${grid}}`)));

  it.each([
    [
      'as many parts of the path as tell it apart',
      'epochs: [3], pruning.schedule.epoch: [1]',
      'a epochs=3 epoch=1',
    ],
    [
      'more parts where the last are alike',
      'model: [{name: conv-bn-relu, widths: [1], strides: [1]}], pruning.criterion.name: [random], optimizer.name: [sgd]',
      'a model=conv-bn-relu(widths=[1],strides=[1]) criterion=random optimizer=sgd',
    ],
    ['a value that is null', 'dataset.train: [null]', 'a train=null'],
    ['a truth', 'optimizer.decayBiases: [false]', 'a decayBiases=false'],
    ['a number as it counts, not as it is written', 'optimizer.weightDecay: [1e-4]', 'a weightDecay=0.0001'],
    ['a list', "thresholds: [[1e-3, '1e-3σ']]", 'a thresholds=[0.001,1e-3σ]'],
    ['the place of what is too long', `dataset: [{name: idx, folder: /${'x'.repeat(40)}}]`, 'a dataset=#1'],
    ['the place of what is on two lines', 'dataset: [{name: idx, folder: "a\\nb"}]', 'a dataset=#1'],
  ])('tell %s', (_, grid, name) => {
    expect(names(grid)).toEqual([name]);
  });

  it('are told apart by more of the path where its end is the same', () => {
    const text = study(
      arm(
        'a',
        PRUNED,
        'retraining: {name: fine-tune, epochs: 1}',
        'grid: {epochs: [3], retraining.epochs: [1, 2]}',
      ),
    );
    expect(armsOf(text)).toEqual(['a epochs=3 retraining.epochs=1', 'a epochs=3 retraining.epochs=2']);
  });

  it('tell values that look alike by their places', () => {
    expect(names('dataset: [mnist, {name: mnist}], optimizer.momentum: [0]')).toEqual([
      'a dataset=mnist momentum=0',
      'a dataset=#2 momentum=0',
    ]);
  });
});

const ARM = 11;

describe('a grid with a mistake', () => {
  it.each([
    [
      'a setting outside of its component',
      'grid: {sparsity: [0.5]}',
      'arms[0].grid.sparsity',
      "there is no setting 'sparsity'; write one as a path, such as pruning.sparsity; did you mean 'pruning.sparsity'?",
    ],
    [
      'a setting misspelled',
      'grid: {pruning.sparsty: [0.5]}',
      'arms[0].grid.pruning.sparsty',
      "there is no setting 'pruning.sparsty'; write one as a path, such as pruning.sparsity; did you mean 'pruning.sparsity'?",
    ],
    [
      'an empty key',
      'grid: {"": [1]}',
      'arms[0].grid.',
      "there is no setting ''; write one as a path, such as pruning.sparsity",
    ],
    [
      'what is no setting of a run',
      'grid: {seeds: [1]}',
      'arms[0].grid.seeds',
      "there is no setting 'seeds'; write one as a path, such as pruning.sparsity",
    ],
    [
      'a path beyond a number',
      'grid: {epochs.x: [1]}',
      'arms[0].grid.epochs.x',
      "there is no setting 'epochs.x'; write one as a path, such as pruning.sparsity; did you mean 'epochs'?",
    ],
    [
      'an option of another component than the arm has',
      'grid: {optimizer.beta1: [0.5, 0.6]}',
      'arms[0].grid.optimizer.beta1',
      "unknown key 'beta1'; allowed: name, momentum, weightDecay, decayBiases; it is an option of adam",
    ],
    [
      'a value out of range',
      'grid: {pruning.sparsity: [0.5, 50]}',
      'arms[0].grid.pruning.sparsity[1]',
      'found 50; allowed: a number, above 0 and below 1; it is a share: write 0.5 for 50%',
    ],
    [
      'a name misspelled',
      'grid: {pruning.criterion: [rondom, magnitude]}',
      'arms[0].grid.pruning.criterion[0]',
      "found 'rondom'; allowed: random, magnitude; did you mean 'random'?",
    ],
    [
      'an option misspelled within a value',
      'grid: {optimizer: [{name: sgd, momentun: 0}]}',
      'arms[0].grid.optimizer[0].momentun',
      "unknown key 'momentun'; allowed: name, momentum, weightDecay, decayBiases; did you mean 'momentum'?",
    ],
    [
      'an option missing within a value',
      'grid: {retraining: [none, fine-tune]}',
      'arms[0].grid.retraining[1].epochs',
      'is missing; give a whole number, 1 or more',
    ],
    [
      'what the rules refuse',
      'grid: {pruning.schedule.epoch: [2, 7], epochs: [5, 6]}',
      'arms[0].grid.pruning.schedule.epoch[1]',
      'never happens: there are only 5 epochs',
    ],
    [
      'no list',
      'grid: {epochs: 5}',
      'arms[0].grid.epochs',
      'found 5; allowed: a list of values, such as [0.5, 0.9]',
    ],
    [
      'an empty list',
      'grid: {epochs: []}',
      'arms[0].grid.epochs',
      'found an empty list; allowed: at least 1 item',
    ],
    [
      'a mapping in the place of a path',
      'grid: {pruning: {sparsity: [0.5]}}',
      'arms[0].grid.pruning',
      'found a mapping with the key sparsity; allowed: a list of values, such as [0.5, 0.9]',
    ],
    [
      'a list in the place of a grid',
      'grid: [0.5]',
      'arms[0].grid',
      'found the list [0.5]; allowed: a mapping from settings to lists of values, such as {pruning.sparsity: [0.5, 0.9]}',
    ],
    [
      'nothing in the place of a grid',
      'grid:',
      'arms[0].grid',
      'found nothing; allowed: a mapping from settings to lists of values, such as {pruning.sparsity: [0.5, 0.9]}',
    ],
    [
      'a value that stands twice',
      'grid: {epochs: [5, 3, 5.0]}',
      'arms[0].grid.epochs[2]',
      '5 stands twice in this list; values are distinct',
    ],
    [
      'a mapping that stands twice',
      'grid: {optimizer: [{name: adam, beta1: 0.5}, {name: adam, beta1: 0.5}]}',
      'arms[0].grid.optimizer[1]',
      'adam(beta1=0.5) stands twice in this list; values are distinct',
    ],
  ])('%s', (_, grid, key, message) => {
    const found = problemsOf(study(arm('a', PRUNED, grid)));
    expect(found[0]).toEqual({ line: ARM + 2, key, message });
    expect(found.slice(1).every((other) => other.message === message.replace('5 epochs', '6 epochs'))).toBe(
      true,
    );
  });

  it('is told on the line of the value', () => {
    const text = study(arm('a', PRUNED, 'grid:', '  pruning.sparsity:', '    - 0.5', '    - 5'));
    expect(problemsOf(text)).toMatchObject([{ line: ARM + 5, key: 'arms[0].grid.pruning.sparsity[1]' }]);
  });

  it('is told once, and what every combination lacks under the arm', () => {
    const text = study(arm('a', PRUNED, 'grid: {epochs: [3, 4], batchSize: [1, 2]}')).replace(
      /^ {2}learningRate.*\n/m,
      '',
    );
    expect(problemsOf(text)).toEqual([
      {
        line: 10,
        key: 'arms[0].learningRate',
        message: expect.stringMatching(/^is missing; give .* or in the arm$/),
      },
    ]);
  });

  it('is told beside an empty list', () => {
    const text = study(arm('a', PRUNED, 'grid: {epochs: [], batchSize: [0]}'));
    expect(problemsOf(text).map(({ key }) => key)).toEqual([
      'arms[0].grid.epochs',
      'arms[0].grid.batchSize[0]',
    ]);
  });

  it('is of the shared settings, where a path leads into what they have wrong', () => {
    for (const wrong of ['3', '[sgd]']) {
      const text = study(arm('a', 'grid: {optimizer.momentum: [0, 0.5]}')).replace(
        /optimizer: .*/,
        `optimizer: ${wrong}`,
      );
      expect(problemsOf(text).map(({ key }) => key)).toEqual(['shared.optimizer']);
    }
  });

  it('makes two arms of one name', () => {
    const text = study(arm('a', 'grid: {epochs: [3]}'), arm('a epochs=3'));
    expect(problemsOf(text)).toEqual([
      {
        line: ARM + 2,
        key: 'arms[1].name',
        message: "a grid makes two arms named 'a epochs=3'; names of arms are distinct",
      },
    ]);
  });

  it('of the study changes no arm', () => {
    const text = study(arm('a'), arm('b', 'grid: {epochs: [1]}')).replace(
      'arms:',
      'grid: {pruning.sparsity: [0.5]}\narms:',
    );
    expect(problemsOf(text)).toEqual([
      {
        line: 10,
        key: 'grid.pruning.sparsity',
        message: 'changes no arm: each has a list of its own, or prunes nothing',
      },
    ]);
  });
});

describe('a grid that is too large', () => {
  const list = (count: number): string => `[${Array.from({ length: count }, (_, i) => i + 1).join(', ')}]`;

  it('is refused before it is expanded', () => {
    const settings = ['batchSize', 'epochs', 'dataset.train', 'dataset.validation', 'retraining.epochs'];
    const grid = `grid: {${settings.map((key) => `${key}: ${list(1000)}`).join(', ')}}`;
    const before = process.cpuUsage().user;
    expect(problemsOf(study(arm('a', PRUNED, grid)))).toEqual([
      {
        line: ARM + 2,
        key: 'arms[0].grid',
        message:
          'with these lists there are 1000000000000000 arms; a study has at most 10000 runs: shorten them, or split the study',
      },
    ]);
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(2000);
  });

  it('counts all arms, and their seeds', () => {
    const grid = `grid: {batchSize: ${list(60)}, dataset.train: ${list(100)}}`;
    expect(
      problemsOf(study(arm('a', grid), arm('b', grid), arm('c', 'grid: {epochs: [1, 2]}'))),
    ).toMatchObject([{ line: ARM + 3, key: 'arms[1].grid' }]);
    expect(problemsOf(study(arm('a', grid)).replace('[3]', '[1, 2]'))).toEqual([
      {
        line: 2,
        key: 'seeds',
        message: '6000 arms with 2 seeds each are more than 10000 runs; split the study',
      },
    ]);
  });
});

describe('whatever stands in a grid', () => {
  it.each([
    ['a value within itself', 'grid: {thresholds: &a [*a]}'],
    ['a key that is a list', 'grid: {? [a] : [1]}'],
    ['a key of every object', 'grid: {__proto__: [1], constructor: [1], toString: [2]}'],
    ['numbers that are none', 'grid: {epochs: [.nan, .inf, -.inf]}'],
    ['deep lists', `grid: {thresholds: [${'['.repeat(500)}1${']'.repeat(500)}]}`],
    ['a path of dots', 'grid: {"...": [1], "pruning.": [1], ".pruning": [1]}'],
    ['a long path', `grid: {${'a.'.repeat(5000)}b: [1]}`],
    ['a set, a map and bytes', 'grid: {epochs: [!!set {a}, !!omap [a: 1], !!binary aGVsbG8=]}'],
  ])('is a problem at most: %s', (_, line) => {
    const { study: read_, problems } = read(study(arm('a', PRUNED, line)));
    expect(read_).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
    for (const { message } of problems) expect(message.length).toBeLessThan(20_000);
  });

  it('never throws', () => {
    const key = fc.oneof(
      fc.constantFrom(
        'epochs',
        'pruning.sparsity',
        'optimizer',
        'optimizer.name',
        'pruning',
        'pruning.layers',
        'model',
      ),
      fc.string(),
    );
    const grid = fc.oneof(
      fc.dictionary(key, fc.array(fc.jsonValue(), { maxLength: 3 }), { maxKeys: 3 }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(grid, grid, (whole, own) => {
        const text = study(arm('a', PRUNED, `grid: ${JSON.stringify(own)}`)).replace(
          'arms:',
          `grid: ${JSON.stringify(whole)}\narms:`,
        );
        const { study: read_, runs, problems } = read(text);
        expect(read_ === null).toBe(problems.length > 0);
        if (read_ !== null) expect(runs.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
