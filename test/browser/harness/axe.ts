import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import * as z from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const report = z.object({
  passes: z.array(z.unknown()),
  incomplete: z.array(z.unknown()),
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

export interface AxeReport {
  /** Rules that something in the page was held against. */
  rules: number;
  /** Rule and element, one for each element that breaks one. */
  broken: string[];
}

/**
 * What axe-core finds in the page as it stands: all its rules, those of good practice and those on trial among them, or some.
 */
export async function axeOn(page: Page, rules?: readonly string[]): Promise<AxeReport> {
  await page.evaluate(source);
  const wish = {
    resultTypes: ['violations'],
    ...(rules
      ? { runOnly: { type: 'rule', values: rules } }
      : { rules: { 'label-content-name-mismatch': { enabled: true } } }),
  };
  const found: unknown = await page.evaluate(`axe.run(document, ${JSON.stringify(wish)})`);
  const { passes, incomplete, violations } = report.parse(found);
  return {
    rules: passes.length + incomplete.length + violations.length,
    broken: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)),
  };
}
