import { describe, expect, test } from 'vitest';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { studyRules } from '../../../main/studies/rules.ts';
import { layers, specificationsOf } from './specification.ts';

/** MNIST's, at 100 steps of 32 an epoch. */
const rules = studyRules(() => ({
  imageShape: [28, 28, 1],
  classes: 10,
  train: 3_200,
  validation: 0,
  test: 100,
  bytes: 0,
}));
const checkSpecification = (given: RunSpecification) => rules.check(given);

const specification = specificationsOf({ name: 'depthwise-separable', stem: 8, widths: [16], strides: [1] });

describe('a specification that makes sense', () => {
  test.each([
    ['nothing pruned', specification(null)],
    ['everything pruned', specification({})],
    ['at initialisation', specification({ schedule: { name: 'one-shot', epoch: 0 } })],
    ['after the last training epoch', specification({ schedule: { name: 'one-shot', epoch: 5 } })],
    ['some layers', specification(layers({ kinds: ['depthwise'], names: ['fc'], except: ['dw1'] }))],
    [
      'scales of batch norm after the first step',
      specification({
        ...layers({ except: ['fc'] }),
        criterion: { name: 'batch-norm-scale' },
        schedule: { name: 'one-shot', epoch: '1it' },
      }),
    ],
    ['fine-tuned', specification({}, { retraining: { name: 'fine-tune', epochs: 9 } })],
    [
      'rewound to the start',
      specification({}, { retraining: { name: 'learning-rate-rewinding', epochs: 5 } }),
    ],
  ])('%s', (_what, given) => {
    expect(checkSpecification(given)).toEqual([]);
  });
});

describe('a specification whose parts do not go together', () => {
  test.each([
    [
      'pruning that never happens',
      specification({ schedule: { name: 'one-shot', epoch: 6 } }),
      ['pruning', 'schedule'],
      /epoch 6 never happens.*only 5 training epochs/,
    ],
    [
      'rewinding beyond the start',
      specification({}, { retraining: { name: 'learning-rate-rewinding', epochs: 6 } }),
      ['retraining'],
      /rewound by 6 epochs: training has only 5/,
    ],
    [
      'rewinding beyond the start without pruning',
      specification(null, { retraining: { name: 'learning-rate-rewinding', epochs: 6 } }),
      ['retraining'],
      /has only 5 epochs/,
    ],
    [
      'a layer that is not there',
      specification(layers({ names: ['fc', 'dw9'] })),
      ['pruning', 'layers', 'names'],
      /has no layer 'dw9'; it has conv1, dw1, pw1, fc/,
    ],
    [
      'an exception that is not there',
      specification(layers({ except: ['conv9'] })),
      ['pruning', 'layers', 'except'],
      /has no layer 'conv9'/,
    ],
    [
      'a kind that is not there',
      specification(layers({ kinds: ['depthwise'] }), { model: { name: 'lenet-300-100' } }),
      ['pruning', 'layers', 'kinds'],
      /lenet-300-100 has no depthwise layer; its layers are of the kinds dense/,
    ],
    [
      'no layer left',
      specification(layers({ kinds: ['depthwise'], except: ['dw1'] })),
      ['pruning', 'layers'],
      /leaves no layer/,
    ],
    [
      'scales of batch norm before the first step',
      specification({
        ...layers({ except: ['fc'] }),
        criterion: { name: 'batch-norm-scale' },
        schedule: { name: 'one-shot', epoch: 0 },
      }),
      ['pruning', 'schedule'],
      /every scale is 1/,
    ],
  ])('%s', (_what, given, key, message) => {
    expect(checkSpecification(given)).toEqual([{ key, message: expect.stringMatching(message) as string }]);
  });

  test('has all its problems told', () => {
    const given = specification(
      { ...layers({ names: ['a', 'b'], kinds: ['conv'] }), schedule: { name: 'one-shot', epoch: 9 } },
      { retraining: { name: 'learning-rate-rewinding', epochs: 9 }, model: { name: 'lenet-300-100' } },
    );
    expect(checkSpecification(given).map(({ key }) => key.join('.'))).toEqual([
      'retraining',
      'pruning.schedule',
      'pruning.layers.names',
      'pruning.layers.names',
      'pruning.layers.kinds',
    ]);
  });
});

test('the first epoch after which weights are pruned', () => {
  expect(rules.derive(specification(null)).referenceEpoch).toBe(0);
  expect(rules.derive(specification({})).referenceEpoch).toBe(2);
  expect(rules.derive(specification({ schedule: { name: 'one-shot', epoch: 0 } })).referenceEpoch).toBe(0);
});
