import { describe, expect, it } from 'vitest';
import { thresholdLabel } from '../../../../common/thresholds.ts';
import { defaultComponents } from '../../../../common/component-kinds.ts';
import { read, SOUND } from './components.ts';

const HEAD = SOUND.slice(0, SOUND.indexOf('arms:'));
const ONE_SEED = HEAD.replace('[0, 1]', '[3]');

/** What a test looks at of each run. */
function runsOf(text: string) {
  const { problems, runs } = read(text);
  expect(problems).toEqual([]);
  return runs.map(({ arms, seed, control, specification }) => ({
    arms: arms.join('+'),
    seed,
    control,
    prunes: specification.pruning !== null,
    reference: specification.referenceEpoch,
  }));
}

function settingsOf(arm: string, shared = '') {
  const { problems, runs } = read(`${ONE_SEED}${shared}arms:\n  - name: it\n    control: false\n${arm}`);
  expect(problems).toEqual([]);
  return runs[0]!.specification;
}

const pruned = (name: string, epoch: number, more = ''): string =>
  `  - name: ${name}\n    pruning: {criterion: random, schedule: {name: one-shot, epoch: ${epoch}}, sparsity: 0.5}\n${more}`;

describe('a study', () => {
  it('has a heading and execution settings', () => {
    const text = SOUND.replace(
      'seeds',
      'title: Why?\ndescription: |\n  Two lines\n  of it.\ncheckpoints: {every: 5}\nseeds',
    );
    expect(read(text).study).toEqual({
      study: 'sound',
      title: 'Why?',
      description: 'Two lines\nof it.\n',
      seeds: [0, 1],
      arms: ['control', 'random'],
      checkpoints: { every: 5 },
      priority: 0,
    });
    expect(read(SOUND).study).toMatchObject({
      title: 'sound',
      description: '',
      checkpoints: { every: null },
    });
  });

  it('fills every default in', () => {
    const { specification } = read(SOUND).runs.at(-1)!;
    expect(specification).toEqual({
      // Of kinds that are named here nowhere.
      ...defaultComponents('run'),
      dataset: { name: 'mnist', validation: 5000, train: null },
      model: { name: 'lenet-300-100' },
      batchSize: 64,
      epochs: 5,
      optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-3, decayBiases: true },
      learningRate: { name: 'constant', rate: 0.1 },
      loss: { name: 'cross-entropy' },
      augmentation: [],
      gradientClipping: null,
      averaging: null,
      pruning: {
        criterion: { name: 'random' },
        granularity: { name: 'weight' },
        distribution: { name: 'global' },
        schedule: { name: 'one-shot', epoch: 2 },
        layers: { kinds: [], names: [], except: [] },
        sparsity: 0.5,
        shuffle: false,
        onCollapse: 'continue',
      },
      retraining: { name: 'none' },
      thresholds: [
        { absolute: 1e-2 },
        { absolute: 1e-3 },
        { absolute: 1e-4 },
        { absolute: 1e-6 },
        { absolute: 1e-10 },
        { sigma: 1e-3 },
      ],
      referenceEpoch: 2,
      rounds: 1,
      omittedPrunings: 0,
      dataHash: null,
    });
  });

  it('runs every arm for each seed, seed after seed', () => {
    expect(runsOf(SOUND)).toEqual([
      { arms: 'control', seed: 0, control: null, prunes: false, reference: 2 },
      { arms: 'random', seed: 0, control: 0, prunes: true, reference: 2 },
      { arms: 'control', seed: 1, control: null, prunes: false, reference: 2 },
      { arms: 'random', seed: 1, control: 2, prunes: true, reference: 2 },
    ]);
  });
});

describe('the control twin', () => {
  it('is added to a pruned arm, before it, with all else equal', () => {
    const { runs } = read(
      `${ONE_SEED}arms:\n${pruned('a', 2, '    retraining: {name: fine-tune, epochs: 3}\n')}`,
    );
    expect(runs.map(({ arms, control }) => [arms, control])).toEqual([
      [[], null],
      [['a'], 0],
    ]);
    expect(runs[0]!.specification).toEqual({ ...runs[1]!.specification, pruning: null });
    expect(runs[0]!.specification.referenceEpoch).toBe(2);
  });

  it('is one for all arms that share it, wherever the unpruned arm stands', () => {
    const text = `${ONE_SEED}arms:\n${pruned('a', 2)}${pruned('b', 2).replace('0.5', '0.9')}  - name: none\n`;
    expect(runsOf(text)).toEqual([
      { arms: 'none', seed: 3, control: null, prunes: false, reference: 2 },
      { arms: 'a', seed: 3, control: 0, prunes: true, reference: 2 },
      { arms: 'b', seed: 3, control: 0, prunes: true, reference: 2 },
    ]);
  });

  it('takes σ when its run does: one for each first pruning epoch, the unpruned arm being the earliest', () => {
    const text = `${ONE_SEED}arms:\n  - name: none\n${pruned('late', 4)}${pruned('early', 1)}`;
    expect(runsOf(text)).toEqual([
      { arms: 'none', seed: 3, control: null, prunes: false, reference: 1 },
      { arms: '', seed: 3, control: null, prunes: false, reference: 4 },
      { arms: 'late', seed: 3, control: 1, prunes: true, reference: 4 },
      { arms: 'early', seed: 3, control: 0, prunes: true, reference: 1 },
    ]);
  });

  it('is not added where it is not wanted', () => {
    expect(runsOf(`${ONE_SEED}arms:\n  - name: none\n${pruned('a', 2, '    control: false\n')}`)).toEqual([
      { arms: 'none', seed: 3, control: null, prunes: false, reference: 0 },
      { arms: 'a', seed: 3, control: null, prunes: true, reference: 2 },
    ]);
  });

  it('is not an unpruned arm that differs', () => {
    const text = `${ONE_SEED}arms:\n  - name: other\n    epochs: 6\n${pruned('a', 2)}`;
    expect(runsOf(text).map(({ arms, control, reference }) => [arms, control, reference])).toEqual([
      ['other', null, 0],
      ['', null, 2],
      ['a', 1, 2],
    ]);
  });

  it('comes with a run that one arm wants controlled and another does not', () => {
    const text = `${ONE_SEED}arms:\n${pruned('a', 2, '    control: false\n')}${pruned('b', 2)}`;
    expect(runsOf(text).map(({ arms, control }) => [arms, control])).toEqual([
      ['', null],
      ['a+b', 0],
    ]);
  });
});

it('arms that ask for the same are one run', () => {
  const text = `${ONE_SEED}arms:\n  - name: a\n  - name: b\n    dataset: {name: mnist, validation: 5000}\n    retraining: none\n`;
  expect(runsOf(text).map(({ arms }) => arms)).toEqual(['a+b']);
});

describe('an arm over the shared settings', () => {
  const PRUNING = `  pruning:\n    criterion: random\n    schedule: {name: one-shot, epoch: 2}\n    layers: {kinds: [dense]}\n    sparsity: 0.5\n`;

  it('changes options of a component that it names again, or does not name', () => {
    const kept = { name: 'sgd', momentum: 0.5, weightDecay: 1e-3, decayBiases: true };
    expect(settingsOf('    optimizer: {momentum: 0.5}\n').optimizer).toEqual(kept);
    expect(settingsOf('    optimizer: {name: sgd, momentum: 0.5}\n').optimizer).toEqual(kept);
    expect(settingsOf('    optimizer: sgd\n').optimizer).toMatchObject({ weightDecay: 1e-3 });
    expect(settingsOf('    dataset: {validation: 10}\n').dataset).toMatchObject({
      name: 'mnist',
      validation: 10,
    });
  });

  it('replaces a component that it names differently', () => {
    expect(settingsOf('    optimizer: adam\n').optimizer).toEqual({
      name: 'adam',
      beta1: 0.9,
      weightDecay: 0,
    });
    expect(settingsOf('    optimizer: {name: adam, beta1: 0.5}\n').optimizer).toMatchObject({
      weightDecay: 0,
    });
  });

  it('changes the pruning part by part', () => {
    const { pruning } = settingsOf('    pruning: {criterion: magnitude, schedule: {epoch: 3}}\n', PRUNING);
    expect(pruning).toMatchObject({
      criterion: { name: 'magnitude' },
      schedule: { name: 'one-shot', epoch: 3 },
      layers: { kinds: ['dense'] },
      sparsity: 0.5,
    });
  });

  it('replaces the choice of layers whole', () => {
    expect(settingsOf('    pruning: {layers: {names: [fc1]}}\n', PRUNING).pruning!.layers).toEqual({
      kinds: [],
      names: ['fc1'],
      except: [],
    });
    const all = { kinds: [], names: [], except: [] };
    expect(settingsOf('    pruning: {layers: all}\n', PRUNING).pruning!.layers).toEqual(all);
  });

  it('removes the pruning', () => {
    expect(settingsOf('    pruning: null\n', PRUNING).pruning).toBeNull();
    expect(settingsOf('    pruning:\n', PRUNING).pruning).toBeNull();
    expect(settingsOf('', PRUNING).pruning).not.toBeNull();
  });

  it('completes what the shared settings leave out', () => {
    const text = `study: a\nseeds: [0]\nshared:\n  learningRate: constant\narms:\n  - name: it
    dataset: mnist\n    model: lenet-300-100\n    batchSize: 8\n    epochs: 1\n    optimizer: adam\n    learningRate: {rate: 1}\n`;
    expect(read(text).runs[0]!.specification.learningRate).toEqual({ name: 'constant', rate: 1 });
  });
});

describe('thresholds', () => {
  const labels = (ladder: string): string[] =>
    settingsOf(`    thresholds: ${ladder}\n`).thresholds.map(thresholdLabel);

  it('are numbers or multiples of σ, as text or number', () => {
    expect(labels("[1e-3, '0.0001', 1e-3σ, '5e-2 sigma', .5]")).toEqual([
      '5e-1',
      '1e-3',
      '1e-4',
      '5e-2σ',
      '1e-3σ',
    ]);
  });

  it('come in one order, so that the order in the file makes no other run', () => {
    expect(labels("[1e-6, '1e-3σ', 1e-2]")).toEqual(labels("['1e-3σ', 1e-2, 1e-6]"));
  });
});

it('YAML aliases are followed', () => {
  const text = SOUND.replace('epochs: 5', 'epochs: &few 2').replace('epoch: 2', 'epoch: *few');
  expect(read(text).runs.at(-1)!.specification.referenceEpoch).toBe(2);
});
