import { describe, expect, it, onTestFinished } from 'vitest';
import { Background } from '../../../main/background/background.ts';
import { planStudy } from '../../../main/studies/plan-study.ts';
import { pruningAt, smallImages, studyText } from '../runs/fixtures.ts';

const studyOf = (images: string): string =>
  studyText({ images, seeds: [0, 1], arms: [{ name: 'pruned', pruning: pruningAt(1) }] });

/** A study that is sound, and takes seconds to read. */
const slow = (): string => {
  const text = studyText({ images: smallImages(), seeds: [0], arms: [{ name: 'a' }] });
  const grid = { batchSize: Array.from({ length: 9_000 }, (_, index) => index + 1) };
  return JSON.stringify({ ...(JSON.parse(text) as object), grid });
};

function background(limits: ConstructorParameters<typeof Background>[0] = {}): Background {
  const opened = new Background(limits);
  onTestFinished(() => opened.close());
  return opened;
}

describe('the background thread', () => {
  it('plans a study as this thread would, and tells what is wrong with one', async () => {
    const thread = background();
    const text = studyOf(smallImages());
    const [plan, broken] = await Promise.all([
      thread.call('planStudy', [text]),
      thread.call('planStudy', ['study: [']),
    ]);
    expect(plan).toEqual(await planStudy(text));
    expect(plan.plan!.runs.map(({ arms, named, control }) => [arms, named, control])).toEqual([
      [['control of pruned'], false, null],
      [['pruned'], true, plan.plan!.runs[0]!.id],
      [['control of pruned'], false, null],
      [['pruned'], true, plan.plan!.runs[2]!.id],
    ]);
    expect(broken).toEqual(await planStudy('study: ['));
    expect(broken.plan).toBeNull();
    expect(broken.problems.length).toBeGreaterThan(0);
  });

  it('passes errors on, takes buffers over, and answers on', async () => {
    const thread = background();
    const bytes = new Uint8Array(100);
    await expect(
      thread.call('checkpointToPyTorch', [{ layers: [], parameters: [] } as never, bytes], {
        handOver: true,
      }),
    ).rejects.toThrow();
    expect(bytes.length).toBe(0);
    expect(await thread.call('namesIn', ['study: small'])).toEqual({ datasets: [], runs: [] });
  });

  it('is replaced where a call takes longer than it may: that call is told so, the others are answered', async () => {
    const thread = background({ namesIn: 20 });
    const bytes = new Uint8Array(100);
    const answers = await Promise.allSettled([
      thread.call('namesIn', [slow()]),
      thread.call('planStudy', ['study: [']),
      thread.call('checkpointToPyTorch', [{} as never, bytes, 'default'], { handOver: true }),
    ]);
    expect(answers.map((each) => (each.status === 'rejected' ? each.reason : each.value))).toMatchObject([
      { code: 'BACKGROUND_LIMIT', message: expect.stringMatching(/took longer than/) },
      { plan: null },
      { code: 'BACKGROUND_THREAD' },
    ]);
    expect(await thread.call('planStudy', ['study: ['])).toMatchObject({ plan: null });
  });

  it('leaves what nobody waits for any more, begun or not', async () => {
    const thread = background();
    const [first, second] = [new AbortController(), new AbortController()];
    const begun = thread.call('namesIn', [slow()], { signal: first.signal }).catch((error: unknown) => error);
    const waiting = thread
      .call('namesIn', [slow()], { signal: second.signal })
      .catch((error: unknown) => error);
    const other = thread.call('planStudy', ['study: [']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    second.abort();
    first.abort();
    expect(await waiting).toMatchObject({ code: 'BACKGROUND_CANCELLED' });
    expect(await begun).toMatchObject({ code: 'BACKGROUND_CANCELLED' });
    expect(await other).toMatchObject({ plan: null });
    const gone = AbortSignal.abort();
    await expect(thread.call('planStudy', ['study: ['], { signal: gone })).rejects.toMatchObject({
      code: 'BACKGROUND_CANCELLED',
    });
  });

  it('keeps nobody waiting when it is closed', async () => {
    const thread = background();
    const asked = thread.call('planStudy', [studyOf(smallImages())]).catch((error: unknown) => error);
    await thread.close();
    expect(await asked).toMatchObject({ code: 'BACKGROUND_THREAD' });
    await expect(thread.call('planStudy', ['study: ['])).rejects.toMatchObject({ code: 'BACKGROUND_THREAD' });
  });
});
