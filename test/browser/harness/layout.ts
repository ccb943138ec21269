import type { Page } from 'playwright-core';
import { runInPage } from './in-page.ts';

/** What holds something of its own: each must be large enough to be used, and none may lie over another. */
const PANES =
  '.pane, .chart, .inspector, .table, .preview, .editor, .verdict, .list.scroll, .matrix, .map .cells, .timeline, .cm-editor';
const LEAST = { width: 150, height: 60 };

export interface LayoutReport {
  panes: number;
  /** Controls that no scrolling brings into sight whole. */
  unreachable: string[];
  small: string[];
  over: string[];
  /** The page itself is wider than the window. */
  sideways: boolean;
}

export function layoutOf(page: Page): Promise<LayoutReport> {
  return runInPage(page, 'layout', { panes: PANES, least: LEAST });
}
