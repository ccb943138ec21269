import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { setValue } from '../../../../common/study/form/edit-text.ts';
import {
  addArm,
  ARM_FIELDS,
  namesOf,
  readForm,
  removeArm,
  SHARED_FIELDS,
  writeField,
  type Field,
} from '../../../../common/study/form/study-form.ts';
import type { Schema } from '../../../../common/study/completion/leaves.ts';
import { studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { components } from '../../../../main/trainer/components.ts';

const schema = studyJsonSchema(components) as Schema;
const starter = await readFile(
  new URL('../../../../resources/studies/starter.yaml', import.meta.url),
  'utf8',
);
const field = (label: string): Field =>
  [...SHARED_FIELDS, ...ARM_FIELDS].find((each) => each.label === label)!;
/** Lines of the one text that are not in the other, in order. */
const only = (text: string, other: string) => {
  const rest = other.split('\n');
  return text.split('\n').filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
};

/** Block style, remarks at every place, quotes, a component by its name alone, and no newline at the end. */
const BLOCK = `# first
study: block   # its name
seeds:
  - 0
  - 1   # two

shared:
  dataset: mnist        # by name
  model:
    name: lenet-300-100
  batchSize: 64
  epochs: "5"
  optimizer: sgd
  learningRate: { name: constant, rate: 0.1 }   # the rate
arms:
  # the control
  - name: dense
  - name: "a: pruned"
    # how
    pruning:
      criterion: magnitude
      schedule: { name: one-shot, epoch: 2 }
      sparsity: 5.0e-1

  - name: last
    pruning: { criterion: { name: random }, schedule: { name: one-shot, epoch: 1 }, sparsity: 0.9 }`;

describe('the form of a study', () => {
  it('says what the text says', () => {
    expect(readForm(BLOCK)).toEqual({
      shared: ['block', 'mnist', 'lenet-300-100', '5', '64', 'sgd', '0.1', '', '0, 1'],
      arms: [
        ['dense', '', '', '', ''],
        ['a: pruned', 'magnitude', '0.5', 'one-shot', '2'],
        ['last', 'random', '0.9', 'one-shot', '1'],
      ],
      hasGrid: false,
    });
    for (const text of ['', 'a: [', 'just words', '- a\n- b']) expect(readForm(text), text).toBeNull();
  });

  it.each<[label: string, typed: string, arm: number | undefined, gone: string[], come: string[]]>([
    ['Study', 'other', undefined, ['study: block   # its name'], ['study: other   # its name']],
    [
      'Data set',
      'cifar-10',
      undefined,
      ['  dataset: mnist        # by name'],
      ['  dataset: cifar-10        # by name'],
    ],
    ['Epochs', '500it', undefined, ['  epochs: "5"'], ['  epochs: 500it']],
    ['Batch size', '32', undefined, ['  batchSize: 64'], ['  batchSize: 32']],
    ['Learning rate', '1e-2', undefined, ['rate: 0.1 }'], ['rate: 1e-2 }']],
    [
      'Weight decay',
      '5e-4',
      undefined,
      ['  optimizer: sgd'],
      ['  optimizer: { name: sgd, weightDecay: 5e-4 }'],
    ],
    ['Optimizer', 'adam', undefined, ['  optimizer: sgd'], ['  optimizer: adam']],
    ['Name', 'x', 1, ['  - name: "a: pruned"'], ['  - name: x']],
    ['Sparsity', '0.75', 1, ['      sparsity: 5.0e-1'], ['      sparsity: 0.75']],
    ['Criterion', 'random', 1, ['      criterion: magnitude'], ['      criterion: random']],
    ['Epoch', '3', 1, ['epoch: 2 }'], ['epoch: 3 }']],
    [
      'Criterion',
      'random',
      0,
      [],
      ['    pruning: { criterion: random, schedule: { name: one-shot, epoch: 1 }, sparsity: 0.9 }'],
    ],
    ['Schedule', 'iterative', 1, ['name: one-shot, epoch: 2'], ['name: iterative']],
  ])('%s: %j changes no other letter', (label, typed, arm, gone, come) => {
    const changed = writeField(BLOCK, field(label), typed, schema, arm);
    const [lost, found] = [only(BLOCK, changed), only(changed, BLOCK)];
    expect([lost.length, found.length]).toEqual([gone.length, come.length]);
    for (const [index, part] of gone.entries()) expect(lost[index]).toContain(part);
    for (const [index, part] of come.entries()) expect(found[index]).toContain(part);
    const form = readForm(changed)!;
    const [fields, values] = arm === undefined ? [SHARED_FIELDS, form.shared] : [ARM_FIELDS, form.arms[arm]!];
    expect(Number(values[fields.indexOf(field(label))]) || values[fields.indexOf(field(label))]).toBe(
      Number(typed) || typed,
    );
  });

  it('takes keys away, arms among them, and adds arms where the last one ends', () => {
    const decayed = writeField(BLOCK, field('Weight decay'), '5e-4', schema);
    expect(writeField(decayed, field('Weight decay'), '', schema)).toContain('  optimizer: { name: sgd }\n');
    const unpruned = writeField(BLOCK, field('Criterion'), '', schema, 1);
    expect(only(BLOCK, unpruned)).toEqual([
      '    pruning:',
      '      criterion: magnitude',
      '      schedule: { name: one-shot, epoch: 2 }',
      '      sparsity: 5.0e-1',
    ]);
    expect(readForm(removeArm(BLOCK, 2))!.arms.map(([name]) => name)).toEqual(['dense', 'a: pruned']);
    const more = addArm(addArm(BLOCK));
    expect(more.startsWith(BLOCK)).toBe(true);
    expect(readForm(more)!.arms.map(([name]) => name)).toEqual([
      'dense',
      'a: pruned',
      'last',
      'arm 4',
      'arm 5',
    ]);
    expect(removeArm(removeArm(more, 4), 3).trimEnd()).toBe(BLOCK);
  });

  it('drops options that another component does not have, and keeps those that it has', () => {
    const text = 'shared:\n  optimizer: { name: sgd, momentum: 0.9, weightDecay: 1e-4 } # sgd\n';
    expect(writeField(text, field('Optimizer'), 'adamw', schema)).toBe(
      'shared:\n  optimizer: { name: adamw, weightDecay: 1e-4 } # sgd\n',
    );
  });

  it('knows the names of all components', () => {
    expect(namesOf(field('Criterion'), schema)).toEqual(
      expect.arrayContaining(components.criteria.map(({ name }) => name)),
    );
    expect(namesOf(field('Data set'), schema)).toContain('mnist');
    expect(namesOf(field('Schedule'), schema)).toContain('one-shot');
    expect(namesOf(field('Epochs'), schema)).toEqual([]);
  });

  it('gives back whatever it was told, in any text: what the values are is what changing an object gives', () => {
    const texts = [BLOCK, starter, 'study: a\nshared: {}\narms: [{ name: x }, { name: y, pruning: null }]\n'];
    for (const text of texts)
      for (const path of [
        ['study'],
        ['shared', 'epochs'],
        ['shared', 'optimizer', 'weightDecay'],
        ['title'],
        ['arms', 0, 'name'],
        ['arms', 1, 'pruning', 'sparsity'],
      ])
        for (const value of [
          3,
          'plain',
          'with: colon',
          '#',
          "it's",
          'no',
          '',
          [1, 2],
          { name: 'x', of: [1] },
        ]) {
          const expected = parse(text) as Record<string, unknown>;
          let node = expected as Record<string | number, unknown>;
          for (const key of path.slice(0, -1)) {
            if (typeof node[key] === 'string') node[key] = { name: node[key] };
            node[key] ??= {};
            node = node[key] as Record<string | number, unknown>;
          }
          node[path.at(-1)!] = value;
          expect(
            parse(setValue(text, path, value)),
            `${path.join('.')} ${JSON.stringify(value)}\n${text}`,
          ).toEqual(expected);
        }
  });
});
