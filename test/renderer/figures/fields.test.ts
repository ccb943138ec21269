import { expect, test } from 'vitest';
import { FIGURE_KINDS, figureKind } from '../../../common/figures/registry.ts';
import { faultsIn, pointsOf, pointsText } from '../../../renderer/figures/figure-faults.ts';
import { cellOf, numbersOf, optionFields, withCell } from '../../../common/figures/option-fields.ts';

test('every option of every kind has a field, with words that say what it does', () => {
  for (const { id, options } of FIGURE_KINDS) {
    const fields = optionFields(options);
    expect(
      fields.map(({ name }) => name),
      id,
    ).toEqual(Object.keys(options.shape));
    for (const { name, description } of fields)
      expect(description.length, `${id} ${name}`).toBeGreaterThan(10);
  }
});

test('fields are of the type of their option', () => {
  const curves = new Map(optionFields(figureKind('curves').options).map((field) => [field.name, field]));
  expect(curves.get('band')).toMatchObject({ as: 'switch', initial: true });
  expect(curves.get('smoothing')).toMatchObject({ as: 'number', least: 0, most: 0.99, whole: false });
  expect(curves.get('yLimits')).toMatchObject({ as: 'limits' });
  expect(curves.get('yScale')).toMatchObject({ as: 'choice', values: ['linear', 'log', 'symlog'] });
  const rows = curves.get('annotations');
  expect(rows?.as === 'rows' && rows.columns.map(({ name, as, optional }) => [name, as, optional])).toEqual([
    ['panel', 'number', true],
    ['x', 'number', false],
    ['y', 'number', false],
    ['text', 'text', false],
    ['anchor', 'choice', true],
    ['to.x', 'number', true],
    ['to.y', 'number', true],
  ]);
  const film = new Map(optionFields(figureKind('filmstrip').options).map((field) => [field.name, field.as]));
  expect([film.get('layer'), film.get('epochs'), film.get('view')]).toEqual(['text', 'numbers', 'choice']);
});

test('cells of a row are read and written along their paths; one that is empty takes its object along', () => {
  const row = withCell(withCell({ x: 1 }, 'to.x', 3), 'to.y', 4);
  expect(row).toEqual({ x: 1, to: { x: 3, y: 4 } });
  expect([cellOf(row, 'to.y'), cellOf(row, 'text')]).toEqual(['4', '']);
  expect(withCell(withCell(row, 'to.x', undefined), 'to.y', undefined)).toEqual({ x: 1 });
});

test('numbers are written with commas and ranges; points a line each, and the line of a mistake is told', () => {
  expect(numbersOf('0, 5 10-12')).toEqual([0, 5, 10, 11, 12]);
  expect(numbersOf('five')).toBeNull();
  const points = [
    { x: 2, y: 0.91 },
    { x: 4, y: 0.9 },
  ];
  expect(pointsOf(pointsText(points))).toEqual(points);
  expect(pointsOf('2, 0.91\n\n4; x')).toEqual({ line: 3 });
});

test('what of a figure cannot be is told by its field', () => {
  const figure = { name: 'one', kind: 'curves' };
  expect(faultsIn(figure)).toEqual({});
  expect(Object.keys(faultsIn({ ...figure, style: { width: 3 }, spread: 'much' })).sort()).toEqual([
    'spread',
    'style.width',
  ]);
});
