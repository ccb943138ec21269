import { expect, test } from 'vitest';
import { figureSpecification } from '../../../common/figures/specification.ts';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import { readGroups } from '../../../common/groups/keys.ts';
import { figureOf } from '../../../renderer/compare/make-figure.ts';
import { axisQuantities, measureQuantities, quantityNamed } from '../../../renderer/compare/quantities.ts';

const catalogue = new FieldCatalogue([]);
const measures = measureQuantities(['1e-3', '1e-4']);
const excess = quantityNamed(measures, 'excess', '1e-4');
const epoch = quantityNamed(axisQuantities(['1e-4']), 'epoch', '1e-4');
const compared = {
  query: 'study = starter',
  keys: readGroups('seeds', catalogue),
  threshold: '1e-4',
  spread: 'bootstrap' as const,
  studies: 1,
};

test('a figure of a pane of curves: the same runs, groups, measure, spread and scale', () => {
  const made = { kind: 'curves' as const, x: epoch, measures: [excess], options: { yScale: 'symlog' } };
  const figure = figureOf(made, compared, ['excess-1e-4-against-epoch']);
  expect(figure).toEqual({
    name: 'excess-1e-4-against-epoch-2',
    kind: 'curves',
    query: 'study = starter',
    groupBy: ['arm'],
    x: 'epoch',
    measures: [{ id: 'excess', key: '1e-4' }],
    threshold: '1e-4',
    spread: 'bootstrap',
    style: { palette: 'window', markers: true },
    options: { yScale: 'symlog' },
  });
  expect(figureSpecification.safeParse(figure).success).toBe(true);
});

test('arms of several studies are told by both names, and points are joined by what groups have in common', () => {
  const accuracy = quantityNamed(measures, 'testAccuracy', '1e-4');
  const compression = quantityNamed(measures, 'compression(masked)', '1e-4');
  const made = { kind: 'trade-off' as const, x: compression, measures: [accuracy], joined: 'criterion' };
  const figure = figureOf(made, { ...compared, studies: 2 }, []);
  expect(figure).toMatchObject({
    name: 'accuracy-against-compression-masked',
    groupBy: ['criterion'],
    pointBy: ['study', 'arm'],
    x: { id: 'compression', key: 'masked' },
  });
  expect(figureSpecification.safeParse(figure).success).toBe(true);
});
