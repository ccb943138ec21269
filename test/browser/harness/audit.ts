import type { Page } from 'playwright-core';
import * as z from 'zod';
import { runInPage } from './in-page.ts';

/** What WCAG AA asks of text of ordinary size. */
const LEAST_CONTRAST = 4.5;

export interface ContrastReport {
  /** Texts looked at. */
  looked: number;
  faint: string[];
}

export function contrastOf(page: Page): Promise<ContrastReport> {
  return runInPage(page, 'contrast', { least: LEAST_CONTRAST });
}

const value = z.looseObject({ value: z.unknown().optional() });
const tree = z.object({
  nodes: z.array(
    z.looseObject({
      ignored: z.boolean(),
      role: value.optional(),
      name: value.optional(),
      properties: z.array(z.looseObject({ name: z.string(), value })).optional(),
    }),
  ),
});

/**
 * Controls without a name, in the tree that Chromium gives to screen readers; and how many controls there are. Words
 * that explain themselves when they have the focus are no controls: they are read as the text that they are.
 */
export async function namelessControls(page: Page): Promise<{ controls: number; nameless: string[] }> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = tree.parse(await session.send('Accessibility.getFullAXTree'));
  await session.detach();
  const controls = nodes.filter(
    (node) =>
      !node.ignored && node.role?.value !== 'RootWebArea' && property(node, 'focusable')?.value === true,
  );
  return {
    controls: controls.length,
    nameless: controls
      .filter((node) => String(node.name?.value ?? '').trim() === '')
      .filter((node) => !(node.role?.value === 'generic' && property(node, 'describedby') !== undefined))
      .map((node) => `${String(node.role?.value)} ${JSON.stringify(node.properties)}`),
  };
}

function property(node: z.infer<typeof tree>['nodes'][number], wanted: string) {
  return node.properties?.find(({ name }) => name === wanted)?.value;
}

/** Stops of the Tab key that one list may have. */
const MOST_STOPS = 12;

/** Lists that the Tab key goes through item by item, though they are long. */
export function longWays(page: Page): Promise<string[]> {
  return runInPage(page, 'stops', { most: MOST_STOPS });
}

interface Control {
  index: number;
  said: string;
  byArrows: boolean;
}
interface Focused {
  index: number;
  said: string;
  outlined: boolean;
  seen: boolean;
}

export interface TabReport {
  reached: number;
  /** Controls that the Tab key never came to. */
  missed: string[];
  /** Where it was, and nothing showed it. */
  unseen: string[];
}

/** Goes round the page with the Tab key, once. */
export async function tabThrough(page: Page): Promise<TabReport> {
  const controls = await runInPage<Control[]>(page, 'focus', { ask: 'list' });
  await page.evaluate('document.activeElement?.blur()');
  const reached = new Set<number>();
  const unseen: string[] = [];
  for (let press = 0; press < controls.length + 20; press++) {
    await page.keyboard.press('Tab');
    const focused = await runInPage<Focused | null>(page, 'focus', { ask: 'where' });
    if (focused === null) continue;
    if (reached.has(focused.index) && focused.index >= 0) break;
    reached.add(focused.index);
    if (!focused.outlined || !focused.seen) unseen.push(focused.said);
  }
  return {
    reached: reached.size,
    missed: controls
      .filter(({ index, byArrows }) => !byArrows && !reached.has(index))
      .map(({ said }) => said),
    unseen,
  };
}
