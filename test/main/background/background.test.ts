import { describe, expect, it, onTestFinished } from 'vitest';
import { Background } from '../../../main/background/background.ts';
import { planStudy } from '../../../main/studies/plan-study.ts';
import { pruningAt, smallImages, studyText } from '../runs/fixtures.ts';

const studyOf = (images: string): string =>
  studyText({ images, seeds: [0, 1], arms: [{ name: 'pruned', pruning: pruningAt(1) }] });

function background(): Background {
  const opened = new Background();
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
      thread.call('checkpointToPyTorch', [{ layers: [], parameters: [] } as never, bytes], [bytes.buffer]),
    ).rejects.toThrow();
    expect(bytes.length).toBe(0);
    expect(await thread.call('namesIn', ['study: small'])).toMatchObject({ study: 'small' });
  });

  it('keeps nobody waiting when it is closed', async () => {
    const thread = background();
    const asked = thread.call('planStudy', [studyOf(smallImages())]).catch((error: unknown) => error);
    await thread.close();
    expect(await asked).toMatchObject({ code: 'BACKGROUND_THREAD' });
    await expect(thread.call('planStudy', ['study: ['])).rejects.toMatchObject({ code: 'BACKGROUND_THREAD' });
  });
});
