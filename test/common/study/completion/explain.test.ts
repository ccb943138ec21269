import { expect, test } from 'vitest';
import { explainStudy } from '../../../../common/study/completion/explain.ts';
import type { Schema } from '../../../../common/study/completion/leaves.ts';
import { studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { components } from '../../../main/studies/language/components.ts';

const schema = studyJsonSchema(components) as Schema;

function explain(marked: string) {
  const caret = marked.indexOf('|');
  return explainStudy(marked.slice(0, caret) + marked.slice(caret + 1), caret, schema);
}

test('a key: where it is, what it means, what it takes and what is usual', () => {
  expect(explain('shared:\n  optimizer: { name: sgd, mom|entum: 0.5 }')).toMatchObject({
    path: 'shared.optimizer.momentum',
    kind: 'number ≥ 0 and < 1',
    default: '0.9',
    component: null,
  });
  expect(explain('arms:\n  - name: a\n  - name: b\n    pruning:\n      |criterion: random')).toEqual({
    path: 'arms[1].pruning.criterion',
    description: 'How weights are scored.',
    kind: 'one of 2',
    default: null,
    component: null,
  });
  expect(explain('se|eds: [0]')).toMatchObject({
    path: 'seeds',
    description: 'Every arm runs once for each seed.',
  });
});

test('a value: its key, and the component that it names', () => {
  expect(explain('shared:\n  batchSize: 12|8')).toMatchObject({ path: 'shared.batchSize', component: null });
  const component = { name: 'adam', title: 'The adam' };
  expect(explain('shared:\n  optimizer: ad|am')).toMatchObject({ path: 'shared.optimizer', component });
  expect(explain('shared:\n  optimizer: { name: adam| }')).toMatchObject({
    path: 'shared.optimizer.name',
    description: 'How gradients update the weights.',
    component,
  });
});

test('what is no key yet is explained by what it stands in', () => {
  expect(explain('shared:\n  optimizer: { name: adam, x| }')).toMatchObject({
    path: 'shared.optimizer',
    component: { name: 'adam' },
  });
  expect(explain('shared:\n  pruning:\n    |')).toMatchObject({ path: 'shared.pruning' });
});

test('nothing is said of comments, texts, and of what the schema does not know', () => {
  for (const marked of ['# a co|mment', 'description: some w|ords', 'oops|: 1', 'oops: { a: |b }', '|'])
    expect(explain(marked), marked).toBeNull();
});
