import type { Page } from 'playwright-core';
import * as z from 'zod';

/** A tab whose process has gone. Playwright speaks to it no more, so the protocol is spoken by hand. */
export interface CrashedTab {
  /** As a person does with the button of the browser's own page: the tab is the same, its process is new. */
  reload(): Promise<void>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

const info = z.object({ targetInfo: z.object({ targetId: z.string() }) });
const attached = z.object({ sessionId: z.string() });
const answer = z.object({
  id: z.number(),
  result: z.object({ result: z.object({ value: z.unknown().optional() }).optional() }).optional(),
});

/** Ends the page's process, as a fault in it would. */
export async function crashTab(page: Page): Promise<CrashedTab> {
  const own = await page.context().newCDPSession(page);
  const { targetId } = info.parse(await own.send('Target.getTargetInfo')).targetInfo;
  const crashed = page.waitForEvent('crash');
  // It is never answered: what would answer is gone.
  own.send('Page.crash').catch(() => undefined);
  await crashed;
  const browser = await page.context().browser()!.newBrowserCDPSession();
  const { sessionId } = attached.parse(
    await browser.send('Target.attachToTarget', { targetId, flatten: false }),
  );
  const waiting = new Map<number, (value: unknown) => void>();
  browser.on('Target.receivedMessageFromTarget', ({ message }) => {
    const told = answer.safeParse(JSON.parse(message));
    if (told.success) waiting.get(told.data.id)?.(told.data.result?.result?.value);
  });
  let last = 0;
  const send = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++last;
    const answered = new Promise((resolve) => waiting.set(id, resolve));
    await browser.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return answered;
  };
  return {
    reload: async () => void (await send('Page.reload')),
    evaluate: (expression) => send('Runtime.evaluate', { expression }),
  };
}
