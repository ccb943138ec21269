import { describe, expect, it } from 'vitest';
import { readable } from '../../../renderer/run/readable.ts';

describe('a specification for people', () => {
  it('keeps what is plain on one line and indents what is deep', () => {
    const value = {
      model: { name: 'depthwise-separable', widths: [32, 64] },
      pruning: { criterion: { name: 'random' }, sparsity: 0.9, layers: { kinds: ['depthwise'], names: [] } },
      thresholds: [{ absolute: 0.01 }, { sigma: 0.001 }],
      note: 'a: b',
      nothing: null,
    };
    expect(readable(value)).toBe(
      [
        'model: { name: depthwise-separable, widths: [32, 64] }',
        'pruning:',
        '  criterion: { name: random }',
        '  sparsity: 0.9',
        '  layers: { kinds: [depthwise], names: [] }',
        'thresholds: [{ absolute: 0.01 }, { sigma: 0.001 }]',
        'note: "a: b"',
        'nothing: null',
      ].join('\n'),
    );
  });

  it('breaks long lists', () => {
    const long = readable({ list: Array.from({ length: 60 }, (_, index) => index) });
    expect(long.split('\n')).toHaveLength(61);
  });
});
