import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schedules } from '../../../../main/trainer/pruning/schedules/registry.ts';
import { scheduled } from './scheduled.ts';

/** What holds of every schedule that is not refused, whatever its options. */
describe.each(schedules.all.map((each) => [each.name, each] as const))('%s', (name, schedule) => {
  const inTraining = fc
    .record({ steps: fc.integer({ min: 2, max: 60 }), stepsPerEpoch: fc.integer({ min: 1, max: 9 }) })
    .chain((length) => scheduled(name, length).map((given) => ({ ...length, ...given })));

  test('prunes more each time, up to all that is asked, within the training', () => {
    fc.assert(
      fc.property(inTraining, ({ options, sparsity, steps, stepsPerEpoch }) => {
        const context = { steps, stepsPerEpoch, sparsity };
        expect(schedule.options.safeParse(options).error).toBeUndefined();
        const opened = schedules.open(options);
        expect(opened.refusal(context)).toBeNull();
        const prunings = opened.steps(context);
        const sparsities = opened.rounds?.(sparsity) ?? prunings.map((each) => each.sparsity);
        if (schedule.rounds) expect(prunings).toEqual([]);
        expect(sparsities.length).toBeGreaterThan(0);
        expect(sparsities.at(-1)).toBe(sparsity);
        let before = 0;
        for (const each of sparsities) {
          expect(each).toBeGreaterThan(before);
          expect(each).toBeLessThan(1);
          before = each;
        }
        let last = -1;
        for (const { step } of prunings) {
          expect(Number.isInteger(step)).toBe(true);
          expect(step).toBeGreaterThan(last);
          expect(step).toBeLessThanOrEqual(steps);
          last = step;
        }
      }),
      { numRuns: 300 },
    );
  });
});
