import { expect, test } from 'vitest';
import { askedBy, newLineAt } from '../../../renderer/studies/editing.ts';

test.each([
  ['', '\n'],
  ['study: a', '\n'],
  ['shared:', '\n  '],
  ['shared: ', '\n  '],
  ['  batchSize: 3', '\n  '],
  ['arms:\n  - name: a', '\n    '],
  ['    pruning:', '\n      '],
  ['  - pruning:', '\n      '],
  ['description: >-', '\n  '],
  ['  optimizer: {', '\n    '],
  ['# a remark:', '\n'],
])('a new line after %j is %j', (line, expected) => {
  expect(newLineAt(`a: 1\n${line}`, 5 + line.length)).toBe(expected);
});

test('a new line within a line looks at what stands before the caret', () => {
  expect(newLineAt('  a: b', 4)).toBe('\n    ');
  expect(newLineAt('  a: b', 6)).toBe('\n  ');
});

test('letters ask for suggestions, and places of values and keys show them', () => {
  const after = (text: string) => askedBy(text, text.length, text.at(-1) ?? '');
  expect(after('se')).toBe('choose');
  expect(after('a: 0')).toBe('choose');
  expect(after('optimizer: ')).toBe('look');
  expect(after('optimizer: { ')).toBe('look');
  expect(after('{ name: sgd,')).toBe('look');
  expect(after('seeds: [')).toBe('look');
  for (const text of ['optimizer:', 'a  ', 'a #', 'a }', 'a: b ']) expect(after(text), text).toBeNull();
  expect(askedBy('pasted', 6, 'pasted')).toBeNull();
  expect(askedBy('x', 1, '')).toBeNull();
});
