/**
 * How panes are laid out: a tree of rows and columns, whose leaves are panes. Pure: every change is a new tree. The address holds it
 * as JSON, so that a link, Back and a reload bring it again.
 */

/** What a pane shows: a kind of the registry, and its settings by name. */
export interface Pane {
  id: string;
  kind: string;
  settings: Readonly<Record<string, string>>;
}

export interface Split {
  /** 'row': side by side; 'column': one below the other. */
  direction: 'row' | 'column';
  children: readonly Layout[];
  /** Shares of the room in hundredths, one a child; together 100. */
  sizes: readonly number[];
}

export type Layout = Pane | Split;
export type Side = 'left' | 'right' | 'above' | 'below';

export function isSplit(layout: Layout): layout is Split {
  return 'children' in layout;
}

export function panesOf(layout: Layout | null): Pane[] {
  if (layout === null) return [];
  return isSplit(layout) ? layout.children.flatMap(panesOf) : [layout];
}

/** With a pane beside another one, which gives it half of its room; or alone, where there is none. */
export function withPane(layout: Layout | null, pane: Pane, beside: string | null, side: Side): Layout {
  if (layout === null) return pane;
  const at = panesOf(layout).find(({ id }) => id === beside) ?? panesOf(layout).at(-1)!;
  const direction = side === 'left' || side === 'right' ? 'row' : 'column';
  const first = side === 'left' || side === 'above';
  return normal(
    replaced(layout, at.id, (found) => ({
      direction,
      children: first ? [pane, found] : [found, pane],
      sizes: [50, 50],
    }))!,
  );
}

/** Without a pane; its neighbours take its room. Null where it was the last. */
export function withoutPane(layout: Layout | null, id: string): Layout | null {
  const left = layout === null ? null : replaced(layout, id, () => null);
  return left === null ? null : normal(left);
}

/** With a pane moved to a side of another. */
export function withMoved(layout: Layout, id: string, beside: string, side: Side): Layout {
  const pane = panesOf(layout).find((each) => each.id === id);
  if (!pane || id === beside) return layout;
  return withPane(withoutPane(layout, id), pane, beside, side);
}

/** With other settings of a pane. */
export function withSettings(layout: Layout, id: string, settings: Pane['settings']): Layout {
  return replaced(layout, id, (pane) => ({ ...pane, settings: { ...pane.settings, ...settings } }))!;
}

/** With other sizes of the split at a path of places from the root. */
export function withSizes(layout: Layout, path: readonly number[], sizes: readonly number[]): Layout {
  if (!isSplit(layout)) return layout;
  const [place, ...rest] = path;
  if (place === undefined) return { ...layout, sizes: [...sizes] };
  return {
    ...layout,
    children: layout.children.map((child, index) =>
      index === place ? withSizes(child, rest, sizes) : child,
    ),
  };
}

function replaced(layout: Layout, id: string, by: (pane: Pane) => Layout | null): Layout | null {
  if (!isSplit(layout)) return layout.id === id ? by(layout) : layout;
  const kept = layout.children.flatMap((child, index) => {
    const next = replaced(child, id, by);
    return next === null ? [] : [{ next, size: layout.sizes[index] ?? 0 }];
  });
  if (kept.length === 0) return null;
  const all = kept.reduce((sum, { size }) => sum + size, 0);
  return {
    ...layout,
    children: kept.map(({ next }) => next),
    sizes: kept.map(({ size }) => (all > 0 ? (100 * size) / all : 100 / kept.length)),
  };
}

/** Splits of one child give way to it, and those that go the same way as the one around them are part of that. */
function normal(layout: Layout): Layout {
  if (!isSplit(layout)) return layout;
  const [children, sizes]: [Layout[], number[]] = [[], []];
  layout.children.map(normal).forEach((child, index) => {
    const size = layout.sizes[index] ?? 100 / layout.children.length;
    if (isSplit(child) && child.direction === layout.direction) {
      children.push(...child.children);
      sizes.push(...child.sizes.map((part) => (part * size) / 100));
    } else {
      children.push(child);
      sizes.push(size);
    }
  });
  return children.length === 1 ? children[0]! : { direction: layout.direction, children, sizes };
}

const MOST_PANES = 24;
const MOST_NESTED = 12;

export function writeLayout(layout: Layout | null): string {
  return layout === null ? '' : JSON.stringify(packed(layout));
}

/** @returns null of a text that is none */
export function readLayout(text: string): Layout | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  let count = 0;
  const layout = unpacked(found, 0, () => ++count);
  return layout === null || panesOf(layout).length > MOST_PANES ? null : normal(layout);
}

type Packed =
  [kind: string, settings: Record<string, string>] | { row?: Packed[]; column?: Packed[]; sizes: number[] };

function packed(layout: Layout): Packed {
  if (!isSplit(layout)) return [layout.kind, { ...layout.settings }];
  const sizes = layout.sizes.map((size) => Math.round(10 * size) / 10);
  const children = layout.children.map(packed);
  return layout.direction === 'row' ? { row: children, sizes } : { column: children, sizes };
}

function unpacked(found: unknown, depth: number, next: () => number): Layout | null {
  if (depth > MOST_NESTED || typeof found !== 'object' || found === null) return null;
  if (Array.isArray(found)) {
    const [kind, settings] = found as unknown[];
    if (typeof kind !== 'string') return null;
    const texts = Object.entries((settings ?? {}) as object).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return { id: `pane-${next()}`, kind, settings: Object.fromEntries(texts) };
  }
  const { row, column, sizes } = found as { row?: unknown; column?: unknown; sizes?: unknown };
  const children = Array.isArray(row) ? row : Array.isArray(column) ? column : null;
  if (children === null || children.length === 0 || !Array.isArray(sizes)) return null;
  const inner = (children as unknown[]).map((child) => unpacked(child, depth + 1, next));
  const shares = (sizes as unknown[]).map(Number);
  const all = shares.reduce((sum, share) => sum + share, 0);
  if (inner.includes(null) || shares.length !== inner.length || !shares.every((share) => share > 0))
    return null;
  return {
    direction: Array.isArray(row) ? 'row' : 'column',
    children: inner as Layout[],
    sizes: shares.map((share) => (100 * share) / all),
  };
}

/** An id that no pane of a layout has. */
export function newId(layout: Layout | null): string {
  const taken = new Set(panesOf(layout).map(({ id }) => id));
  for (let number = 1; ; number++) if (!taken.has(`pane-${number}`)) return `pane-${number}`;
}
