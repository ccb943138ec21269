import { expect, test } from 'vitest';
import { MEASURE_FIELDS } from '../../../common/fields/measures.ts';
import {
  brushMoved,
  brushOver,
  coveredBy,
  passing,
  readBrushes,
  writeBrushes,
  type Brush,
} from '../../../renderer/compare/brushes.ts';
import { inOrder, parallelAxes, withMovedAxis } from '../../../renderer/compare/parallel.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const { sources, catalogue } = sourcesOf([
  { criterion: 'random', weightDecay: 1e-5, testAccuracy: 0.81237 },
  { criterion: 'magnitude', weightDecay: 1e-3, testAccuracy: 0.95123 },
  { criterion: 'synflow', weightDecay: 1e-4, testAccuracy: 0.9 },
  { criterion: 'random', weightDecay: 1e-4, state: 'running' as const },
]);
const groups = sources.map((source) => ({ sources: [source] }));
const axes = parallelAxes(
  groups,
  catalogue.fields,
  MEASURE_FIELDS.filter(({ id }) => id === 'testAccuracy'),
  '1e-4',
);
const axis = (title: string) => axes.find((each) => each.title === title)!;
const accuracy = axis('Accuracy');
const criterion = axis('criterion');
const through = (brushes: Readonly<Record<string, Brush>>): number[] =>
  passing(axes, brushes, groups.length).flatMap((passes, group) => (passes ? [group] : []));

test('a range lets through what is within it, both ends with it, and nothing without a number', () => {
  expect(through({})).toEqual([0, 1, 2, 3]);
  expect(through({ testAccuracy: [0.81237, 0.9] })).toEqual([0, 2]);
  expect(through({ testAccuracy: [0.85, 0.94] })).toEqual([2]);
  expect(through({ criterion: ['random'] })).toEqual([0, 3]);
  // All brushes at once; one of an axis that is not there lets all through.
  expect(through({ criterion: ['random', 'synflow'], testAccuracy: [0, 1], gone: [0, 1] })).toEqual([0, 2]);
});

test('a drag over an axis is a range of its numbers, or its words; over all of it, none', () => {
  expect(brushOver(accuracy, 0, 1)).toBeNull();
  expect(brushOver(accuracy, -3, 4)).toBeNull();
  // Rounded, but what was drawn over is within: the highest is 0.95123.
  const upper = brushOver(accuracy, 1, 0.4)!;
  expect(through({ testAccuracy: upper })).toEqual([1, 2]);
  expect(upper[1]).toBeGreaterThanOrEqual(0.95123);
  // In whichever direction, and where nothing is.
  expect(brushOver(accuracy, 0.4, 1)).toEqual(upper);
  expect(through({ testAccuracy: brushOver(accuracy, 0.1, 0.2)! })).toEqual([]);
  expect(brushOver(criterion, 0.4, 1)).toEqual(['random', 'synflow']);
  expect(brushOver(criterion, 0.05, 0.2)).toEqual(['magnitude']);
  // Of an axis over orders of magnitude the middle is that of the logarithms.
  const decay = axis('optimizer.weightDecay');
  expect(through({ [decay.field.id]: brushOver(decay, 0.4, 0.6)! })).toEqual([2, 3]);
});

test('the ends of a range move from value to value', () => {
  const first = brushMoved(accuracy, undefined, 'from', true)!;
  expect(first).toEqual([0.9, 0.95123]);
  expect(brushMoved(accuracy, first, 'to', false)).toEqual([0.9, 0.9]);
  // An end does not pass the other one.
  expect(brushMoved(accuracy, [0.9, 0.9], 'from', true)).toEqual([0.9, 0.9]);
  expect(brushMoved(accuracy, first, 'from', false)).toBeNull();
  expect(brushMoved(criterion, undefined, 'to', false)).toEqual(['magnitude', 'random']);
});

test('the covered part of an axis is where the range is', () => {
  expect(coveredBy(accuracy, [0.9, 0.95123])).toEqual([
    expect.closeTo(accuracy.places[2]!, 6) as number,
    expect.closeTo(1, 6) as number,
  ]);
  expect(coveredBy(criterion, ['random', 'synflow'])).toEqual([0.5, 1]);
  expect(coveredBy(criterion, ['gone'])).toBeNull();
});

test('ranges stand in settings as JSON; what is none is left out', () => {
  const brushes = { testAccuracy: [0.5, 0.9] as const, criterion: ['random'] };
  expect(readBrushes(writeBrushes(brushes))).toEqual(brushes);
  expect(writeBrushes({})).toBe('');
  expect(readBrushes('{"a":[1],"b":[null,2],"c":3,"d":["x"],"e":[],"f":[1,"x"]}')).toEqual({ d: ['x'] });
  for (const none of [undefined, '', '{', '[]', '3', 'null']) expect(readBrushes(none)).toEqual({});
});

test('axes are put in order by their ids, and moved', () => {
  const ids = axes.map(({ field }) => field.id);
  const moved = withMovedAxis(axes, ids.length - 1, 0);
  expect(moved).toEqual(['testAccuracy', ...ids.slice(0, -1)]);
  expect(inOrder(axes, moved).map(({ field }) => field.id)).toEqual(moved);
  expect(inOrder(axes, ['gone', ids[1]!]).map(({ field }) => field.id)).toEqual([
    ids[1],
    ...ids.filter((id) => id !== ids[1]),
  ]);
});
