import type { Page } from 'playwright-core';
import { runInPage } from './in-page.ts';

/** What a person reads off the replay. */

/** The epoch that the player is at. */
export async function epochOf(page: Page): Promise<number> {
  return Number(await page.getByRole('slider', { name: 'Epoch' }).getAttribute('aria-valuenow'));
}

const STATES = {
  active: '--state-active',
  freed: '--state-freed',
  shed: '--state-shed',
  inert: '--state-inert',
  pruned: '--state-pruned-line',
} as const;

/** A picture read off its canvas: equal pictures have equal hashes; the shares are those of the states' colours. */
export interface Picture {
  hash: number;
  shares: Record<keyof typeof STATES, number>;
}

/** The map of channels of the run or of its control. */
export function mapOf(page: Page, role: 'Pruned run' | 'Control'): Promise<Picture | null> {
  return runInPage(page, 'canvas-colours', {
    selector: `[aria-label="${role}"] canvas[aria-label^="Channels of"]`,
    colours: STATES,
  });
}

/** The opened layer's weights. */
export function matrixOf(page: Page, role: 'Pruned run' | 'Control'): Promise<Picture | null> {
  return runInPage(page, 'canvas-colours', {
    selector: `[aria-label="${role}"] canvas[aria-label^="Weights of"]`,
    colours: STATES,
  });
}

/** The shares at the head of one side by their names: of all weights, and with ', of kept' those of the kept weights. */
export async function totalsOf(page: Page, role: 'Pruned run' | 'Control'): Promise<Map<string, string>> {
  const lists = page.getByRole('region', { name: role, exact: true }).locator('header ul');
  const read = async (nth: number, suffix: string) =>
    (await lists.nth(nth).locator('li:has(.value)').allInnerTexts()).map((text) => {
      const [, name = '', value = ''] = /^\s*(.*?)\s+(\S+(?: pp)?)\s*$/s.exec(text) ?? [];
      return [`${name}${suffix}`, value] as const;
    });
  return new Map([...(await read(0, '')), ...(await read(1, ', of kept'))]);
}

/** What the inspector says, in its order: names and values. */
export async function inspected(page: Page): Promise<(readonly [string, string])[]> {
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  const [names, values] = await Promise.all([
    inspector.locator('dt').allTextContents(),
    inspector.locator('dd').allTextContents(),
  ]);
  return names.map((name, index) => [name.trim(), values[index]?.trim() ?? ''] as const);
}

/** The n-th value that the inspector gives by a name, as a share; NaN where there is none. */
export async function inspectedShare(page: Page, name: string, nth = 0): Promise<number> {
  const found = (await inspected(page)).filter(([label]) => label === name)[nth];
  return found === undefined ? Number.NaN : shareOf(found[1]);
}

/** '56.2%' as 0.562; '<0.1%' as what it may be at most. */
export function shareOf(text: string): number {
  const number = /^(<?)(\d+\.\d)\d*%$/.exec(text);
  if (number === null) return Number.NaN;
  return number[1] === '<' ? Number(number[2]) / 200 : Number(text.replace('%', '')) / 100;
}

/** Half of the last digit of a percentage with one decimal. */
export const ROUNDING = 0.00051;
