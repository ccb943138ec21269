import type { Page } from 'playwright-core';

/**
 * The processor time that the page's main thread spends on tasks while something is done, in milliseconds. Other work on the
 * machine lengthens the time on the wall, not this.
 */
export async function mainThreadMilliseconds(page: Page, body: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
    };
    const before = await spent();
    await body();
    return (await spent()) - before;
  } finally {
    await session.detach();
  }
}
