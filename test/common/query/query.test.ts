import { describe, expect, test } from 'vitest';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import { completeQuery } from '../../../common/query/complete.ts';
import { compileQuery } from '../../../common/query/compile.ts';
import { QueryError } from '../../../common/query/tokens.ts';
import { sourcesOf } from '../fields/sources.ts';

const { sources, catalogue } = sourcesOf([
  { arm: 'dense', seed: 0, shed: { '1e-3': 0.5, '1e-4': 0.2 } },
  {
    arm: 'random 90%',
    seed: 0,
    criterion: 'random',
    pruned: 0.9,
    shed: { '1e-3': 0.9, '1e-4': 0.6 },
    tags: ['paper', 'figure 2'],
  },
  { arm: 'random 90%', seed: 1, criterion: 'random', pruned: 0.9, state: 'failed', starred: true },
  {
    arm: 'magnitude',
    seed: 0,
    criterion: 'magnitude',
    pruned: 0.8,
    weightDecay: 1e-4,
    createdAt: new Date(2026, 10, 3, 23, 59).getTime(),
  },
  {
    study: 'wide',
    arm: 'magnitude',
    seed: 2,
    criterion: 'magnitude',
    sparsity: 0.5,
    pruned: 0.5,
    weightDecay: 0,
    states: null,
  },
]);

function found(query: string): string {
  const isMeant = compileQuery(query, { catalogue, threshold: '1e-4' });
  return sources.flatMap((source, index) => (isMeant(source) ? [index] : [])).join('');
}

describe('what a query means', () => {
  test.each([
    ['', '01234'],
    ['criterion = magnitude', '34'],
    ['criterion = Magnitude and pruned > 0.6', '3'],
    ['pruning.criterion.name = magnitude', '34'],
    ['criterion != magnitude', '012'],
    ['criterion = none', '0'],
    ['criterion != none', '1234'],
    ['pruned >= 80%', '123'],
    ['pruned > 80%', '12'],
    ['pruned ≥ .9', '12'],
    ['optimizer.weightDecay = 5e-4', '012'],
    ['weightDecay in [1e-4, 0.0005]', '0123'],
    ['weightDecay not in [1e-4, 5e-4]', '4'],
    ['weightDecay = 0', '4'],
    ['study ~ TIN', '0123'],
    ['study !~ tin', '4'],
    ['arm = "random 90%"', '12'],
    ["arm in ['random 90%', dense]", '012'],
    ['seed = 1 or seed = 2', '24'],
    ['not seed in [1, 2]', '013'],
    ['not (seed = 1 or criterion = random)', '034'],
    ['criterion = random seed = 1', '2'],
    ['criterion = magnitude or criterion = random and seed = 1', '234'],
    ['(criterion = magnitude or criterion = random) and seed = 1', '2'],
    ['tag = paper', '1'],
    ['tag = "figure 2"', '1'],
    ['tag = none', '0234'],
    ['tag ~ fig', '1'],
    ['starred = yes', '2'],
    ['star = true', '2'],
    ['prunes = no', '0'],
    ['state = failed', '2'],
    ['shed > 0.5', '1'],
    ['shed(1e-4) > 0.1', '01'],
    ['shed(0.001) > 0.4', '01'],
    ['shed_of_kept(1e-3) > 0.6', '1'],
    // What is not known is neither above nor below.
    ['pruned < 1 and pruned >= 0', '0123'],
    ['accuracy = 90%', '01234'],
    ['created = 2026-11-03', '3'],
    ['created > 2026-11-03', '0124'],
    ['created <= 2026-11-03', '3'],
    ['created < 2026-11-04', '3'],
    ['created = 2026-11', '01234'],
    // Plain words look in names alone, and all have to be there.
    ['random', '12'],
    ['90% rand', '12'],
    ['tiny · random 90% · seed 1', '2'],
    ['seed 0 tiny', '013'],
    ['"random 90%" starred = no', '1'],
    ['magnitude and study = wide', '4'],
    ['lenet', ''],
    ['finished', ''],
  ])('%s', (query, expected) => {
    expect(found(query)).toBe(expected);
  });

  test('a run is found by the beginning of its id, of four digits or more', () => {
    expect(found(sources[3]!.run.id)).toBe('3');
    expect(found(sources[3]!.run.id.slice(0, 12))).toBe('3');
    expect(found('aaa')).toBe('');
  });
});

describe('errors in place', () => {
  test.each([
    ['criterio = magnitude', 'criterio', 'There is no key “criterio”: did you mean criterion?'],
    ['seed = 0 and colour = red', 'colour', 'There is no key “colour”.'],
    ['seed = zero', 'zero', '“zero” is not a number'],
    ['state = finnished', 'finnished', 'state is never “finnished”: did you mean finished?'],
    ['starred = maybe', 'maybe', 'is not yes or no'],
    ['created > yesterday', 'yesterday', 'is not a day or a moment'],
    ['created > 2026-13-01', '2026-13-01', 'is not a day or a moment'],
    ['arm > dense', 'dense', 'arm has no order'],
    ['seed(1e-4) = 1', 'seed(1e-4)', 'seed has no thresholds'],
    ['shed(deep) > 1', 'shed(deep)', 'no threshold'],
    ['seed =', '', 'A value belongs here'],
    ['seed in [1, 2', '', 'A comma or ] belongs here'],
    ['(seed = 1', '(', 'The parenthesis has no end'],
    ['seed = 1)', ')', 'has nothing that it belongs to'],
    ['arm = "random', '"random', 'The quotation has no end'],
    ['= 3', '=', 'A key or a name belongs before'],
    ['seed = 1 and', '', 'Something is missing at the end'],
    ['a, b', ',', '“,” has nothing that it belongs to'],
  ])('%s', (query, place, message) => {
    let error: unknown;
    try {
      found(query);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(QueryError);
    const { from, to, message: told } = error as QueryError;
    expect(query.slice(from, to)).toBe(place);
    expect(told).toContain(message);
  });

  test('a name that is an option of several settings is not guessed', () => {
    const twice = new FieldCatalogue([
      { key: 'warmup.steps', values: [1] },
      { key: 'schedule.steps', values: [2] },
      { key: 'schedule.rate', values: [2] },
    ]);
    expect(twice.find('steps')).toEqual({
      problem: '“steps” can mean warmup.steps or schedule.steps: write one of them.',
    });
    expect(twice.find('schedule.steps')).toHaveProperty('field.id', 'schedule.steps');
    expect(twice.find('rate')).toHaveProperty('field.id', 'schedule.rate');
  });

  test('settings are known before there is a run', () => {
    const empty = new FieldCatalogue([]);
    expect(() =>
      compileQuery('criterion = random and sparsity > 80%', { catalogue: empty, threshold: '1e-4' }),
    ).not.toThrow();
    expect(() => compileQuery('criterio = random', { catalogue: empty, threshold: '1e-4' })).toThrow(
      'criterion',
    );
  });

  test('nesting has an end, and no text brings the stack down', () => {
    expect(() => found('('.repeat(5000))).toThrow(QueryError);
    expect(() => found('not '.repeat(5000))).toThrow(QueryError);
  });
});

describe('completion', () => {
  const at = (text: string): string[] => {
    const caret = text.indexOf('|');
    const { options, from, to } = completeQuery(text.replace('|', ''), caret, catalogue, (field) => [
      ...new Set(sources.flatMap((source) => field.values(source, '1e-4').map(String))),
    ]);
    expect(to).toBe(caret);
    expect(from).toBeLessThanOrEqual(caret);
    return options.map((option) => option.text);
  };

  test('keys, what begins so first', () => {
    expect(at('crit|')[0]).toBe('criterion');
    expect(at('|')).toContain('testAccuracy');
    expect(at('seed = 1 and weight|')).toContain('optimizer.weightDecay');
  });
  test('operators of the key', () => {
    expect(at('criterion |')).toContain('~');
    expect(at('pruned |')).toContain('<');
    expect(at('pruned |')).not.toContain('~');
  });
  test('values that runs have, quoted where they must be', () => {
    expect(at('criterion = |')).toEqual(['random', 'magnitude', 'none']);
    expect(at('arm = ran|')).toEqual(['"random 90%"']);
    expect(at('arm = "ran|')).toEqual(['"random 90%"']);
    expect(at('seed in [1, |')).toEqual(['0', '1', '2', 'none']);
    expect(at('state = fin|')).toEqual(['finished']);
    expect(at('starred = |')).toEqual(['yes', 'no', 'none']);
  });
  test('what goes on after a value', () => {
    expect(at('seed = 1 |').slice(0, 2)).toEqual(['and', 'or']);
  });
});
