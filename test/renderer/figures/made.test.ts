import { expect, test } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import { figureKind } from '../../../common/figures/registry.ts';
import { figureSpecification, type FigureGiven } from '../../../common/figures/specification.ts';
import { readGroups } from '../../../common/groups/keys.ts';
import { freeFigureName } from '../../../renderer/format/figure-name.ts';
import { figureOf, type FigureMade } from '../../../renderer/compare/make-figure.ts';
import { filmFigure } from '../../../renderer/replay/film-figure.ts';
import { chartFigure } from '../../../renderer/run/chart-figure.ts';
import { readColumns } from '../../../renderer/runs/columns.ts';
import { tableFigure } from '../../../renderer/runs/table-figure.ts';

const catalogue = new FieldCatalogue([]);
const RUN = {
  id: '00000000000a-s0',
  memberships: [{ study: 'one', arm: 'a', place: 0 }],
} as unknown as RunSummary;

/** The specification and the options of its kind as they are kept; throws where they would be refused. */
function kept(figure: Omit<FigureGiven, 'name'>) {
  const specification = figureSpecification.parse({ ...figure, name: 'one' });
  figureKind(specification.kind).asks(specification.options);
  return specification;
}

test('the list of runs becomes a table of its groups and of the columns that are measures', () => {
  const shown = {
    filter: 'pruned > 0.5',
    groupFields: readGroups('seeds', catalogue),
    columns: readColumns('study,arm,state,testAccuracy,shed(1e-3),accuracyOverControl', catalogue),
    threshold: '1e-4',
    spread: 'se' as const,
    runs: [RUN],
  };
  const figure = kept(tableFigure(shown)!);
  expect(figure).toMatchObject({ kind: 'table', query: 'pruned > 0.5', groupBy: ['arm'], spread: 'se' });
  expect(figure.measures.slice(0, 2)).toEqual([
    { id: 'testAccuracy', key: '' },
    { id: 'shed', key: '1e-3' },
  ]);
  expect(tableFigure({ ...shown, groupFields: [] })?.groupBy).toEqual(['arm', 'seed']);
  expect(tableFigure({ ...shown, columns: readColumns('study,arm', catalogue) })).toBeNull();
});

test('a chart of a run becomes curves of it and its control; of a chosen layer those of the layer', () => {
  const shown = {
    run: RUN,
    title: 'costs $5',
    control: '00000000000b-s0',
    threshold: '1e-3',
    layer: null,
    log: true,
  };
  const measures = ['shed', 'pruned'] as const;
  const figure = kept(chartFigure({ measures }, shown));
  expect(figure).toMatchObject({
    kind: 'curves',
    query: 'id in [00000000000a-s0, 00000000000b-s0]',
    labels: { '00000000000a-s0': 'costs \\$5', '00000000000b-s0': 'control' },
    options: { yScale: 'log' },
  });
  expect(kept(chartFigure({ measures }, { ...shown, layer: 'fc' }))).toMatchObject({
    kind: 'layers',
    options: { layers: ['fc'] },
  });
  expect(kept(chartFigure({ measures: ['testLoss'] }, { ...shown, layer: 'fc' })).kind).toBe('curves');
});

test('the replay becomes a filmstrip of its runs at the moment, its ends and its prunings', () => {
  const shown = {
    runs: [{ id: RUN.id, title: 'a' }],
    epoch: 4,
    epochs: [0, 1, 2, 3, 4, 5],
    prunings: [2, 99],
    layer: null,
    threshold: '1e-4',
  };
  expect(kept(filmFigure(shown)).options).toEqual({ epochs: [0, 2, 4, 5] });
  expect(kept(filmFigure({ ...shown, layer: 'fc' })).options).toMatchObject({ view: 'weights', layer: 'fc' });
});

test('panes of numbers, of overlap and of answers become figures with what they are set to', () => {
  const compared = {
    query: 'study = one',
    keys: readGroups('seeds', catalogue),
    threshold: '1e-4',
    spread: 'sd' as const,
    studies: 1,
    nameOf: (group: string) => `name of ${group}`,
  };
  const made = (figure: FigureMade) => kept(figureOf(figure, compared, []));
  expect(made({ kind: 'table', ids: ['testAccuracy', 'arm'], words: 'numbers' }).measures).toEqual([
    { id: 'testAccuracy', key: '' },
  ]);
  expect(
    made({ kind: 'matrix', query: 'id = x', options: { between: 'epochs', epochs: [0, 3] } }),
  ).toMatchObject({
    query: 'id = x',
    options: { between: 'epochs' },
  });
  const sides = { before: 'g1', after: `run ${RUN.id}` };
  expect(made({ kind: 'who-pays', sides, options: { beforeAt: 'last', afterAt: '3' } }).options).toEqual({
    before: 'name of g1',
    after: RUN.id,
    beforeAt: 'last',
    afterAt: '3',
  });
});

test('names of figures are plain, and free', () => {
  expect(freeFigureName('Shed ≤ 1e-4, by layer!', ['shed-1e-4-by-layer'])).toBe('shed-1e-4-by-layer-2');
  expect(freeFigureName('…', [])).toBe('figure');
});
