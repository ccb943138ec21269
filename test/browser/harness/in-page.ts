import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, '..', 'in-page');

/**
 * Runs one of the functions of `in-page/` in the page. They are plain JavaScript, read as text: what runs in a page
 * knows the DOM, and what runs here does not.
 */
export function runInPage<Answer>(page: Page, name: string, argument: unknown = null): Promise<Answer> {
  const text = readFileSync(join(folder, `${name}.js`), 'utf8')
    .trimEnd()
    .replace(/;$/, '');
  return page.evaluate<Answer>(`(${text})(${JSON.stringify(argument)})`);
}
