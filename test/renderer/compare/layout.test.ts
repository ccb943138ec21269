import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isSplit,
  newId,
  panesOf,
  readLayout,
  withMoved,
  withoutPane,
  withPane,
  withSettings,
  writeLayout,
  type Layout,
  type Pane,
  type Side,
} from '../../../renderer/compare/layout.ts';

const pane = (id: string): Pane => ({ id, kind: 'curves', settings: { y: id } });
const names = (layout: Layout | null): string[] => panesOf(layout).map(({ id }) => id);

test('panes are split, closed and moved', () => {
  const one = withPane(null, pane('a'), null, 'right');
  const two = withPane(one, pane('b'), 'a', 'right');
  expect(two).toMatchObject({ direction: 'row', sizes: [50, 50] });
  const three = withPane(two, pane('c'), 'a', 'below');
  expect(names(three)).toEqual(['a', 'c', 'b']);
  // Beside one of a row it is part of that row.
  expect(withPane(two, pane('c'), 'b', 'right')).toMatchObject({ direction: 'row', sizes: [50, 25, 25] });
  expect(names(withMoved(three, 'b', 'a', 'above'))).toEqual(['b', 'a', 'c']);
  expect(withMoved(three, 'b', 'a', 'above')).toMatchObject({ direction: 'column' });
  expect(withoutPane(three, 'b')).toMatchObject({ direction: 'column' });
  expect(withoutPane(one, 'a')).toBeNull();
  expect(panesOf(withSettings(three, 'c', { log: 'yes' }))[1]!.settings).toEqual({ y: 'c', log: 'yes' });
});

test('whatever is done, every pane is there once, sizes add up, and the text says all', () => {
  const sides = fc.constantFrom<Side>('left', 'right', 'above', 'below');
  const act = fc.record({ what: fc.nat(2), pick: fc.nat(100), other: fc.nat(100), side: sides });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      let layout: Layout | null = null;
      const expected = new Set<string>();
      for (const { what, pick, other, side } of acts) {
        const there = names(layout);
        const chosen = there[pick % Math.max(1, there.length)];
        const beside = there[other % Math.max(1, there.length)] ?? null;
        if (what === 0 && there.length < 20) {
          const id = newId(layout);
          layout = withPane(layout, pane(id), beside, side);
          expected.add(id);
        } else if (what === 1 && chosen !== undefined) {
          layout = withoutPane(layout, chosen);
          expected.delete(chosen);
        } else if (what === 2 && chosen !== undefined) layout = withMoved(layout!, chosen, beside!, side);
        expect(names(layout).sort()).toEqual([...expected].sort());
        check(layout);
      }
      if (layout === null) return;
      const again = readLayout(writeLayout(layout));
      expect(panesOf(again).map(({ kind, settings }) => [kind, settings])).toEqual(
        panesOf(layout).map(({ kind, settings }) => [kind, settings]),
      );
      expect(writeLayout(again)).toBe(writeLayout(readLayout(writeLayout(again))));
    }),
  );
});

function check(layout: Layout | null): void {
  if (layout === null || !isSplit(layout)) return;
  expect(layout.children.length).toBeGreaterThan(1);
  expect(layout.sizes.reduce((sum, size) => sum + size, 0)).toBeCloseTo(100, 6);
  for (const child of layout.children) {
    if (isSplit(child)) expect(child.direction).not.toBe(layout.direction);
    check(child);
  }
}

test.each([
  '',
  '{',
  '3',
  'null',
  '[]',
  '[3]',
  '{"row":[]}',
  '{"row":[["a",{}]]}',
  '{"row":[["a",{}],["b",{}]],"sizes":[1]}',
  '{"row":[["a",{}],["b",{}]],"sizes":[1,-1]}',
])('no layout: %s', (text) => {
  expect(readLayout(text)).toBeNull();
});
