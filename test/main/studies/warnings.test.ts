import { describe, expect, it } from 'vitest';
import { completeSpecification, type StoredSpecification } from '../../../common/run-specification.ts';
import { studyWarnings } from '../../../main/studies/warnings.ts';
import { planTraining } from '../../../main/trainer/training-plan.ts';
import { specification } from '../trainer/session/small-runs.ts';
import { pruningAfter } from '../trainer/session/small-runs.ts';

const STEPS = 100;

function warned(change: Partial<StoredSpecification>, arms = ['mine']): string[] {
  const run = completeSpecification({ ...specification({ epochs: 20 }), ...change });
  return studyWarnings([
    { arms, plan: planTraining(run, STEPS), stepsPerEpoch: STEPS, retraining: run.retraining.name },
  ]);
}

const oneCycle = { name: 'one-cycle', rate: 0.1 };
const fineTune = { name: 'fine-tune', epochs: 5 };

describe('a rate after the pruning at which hardly a weight moves', () => {
  it('is told, with the rate, after one-cycle and after a cosine of steps', () => {
    const [sentence, ...more] = warned({
      learningRate: oneCycle,
      retraining: fineTune,
      pruning: pruningAfter(20),
    });
    expect(more).toEqual([]);
    expect(sentence).toContain("Arm 'mine'");
    expect(sentence).toContain("the retraining 'fine-tune' trains at a rate of 4e-7 at most");
    expect(sentence).toContain('250000 times lower');
    const cosine = { name: 'cosine', rate: 0.1, per: 'step' };
    expect(warned({ learningRate: cosine, retraining: fineTune, pruning: pruningAfter(20) })[0]).toMatch(
      /fine-tune' trains at a rate of \d(\.\d+)?e-[78] at most/,
    );
  });

  it('is told where the training itself has none left', () => {
    expect(
      warned({ learningRate: { name: 'cosine', rate: 0.1, per: 'step' }, pruning: pruningAfter(19) })[0],
    ).toContain('training goes on at a rate of');
  });

  it('is not told of the usual ways, of runs that prune nothing, nor where nothing is trained after it', () => {
    const steps = { name: 'steps', rate: 0.1, milestones: [10, 15] };
    expect(warned({ learningRate: steps, retraining: fineTune, pruning: pruningAfter(20) })).toEqual([]);
    expect(warned({ learningRate: oneCycle, retraining: fineTune })).toEqual([]);
    expect(warned({ learningRate: oneCycle, pruning: pruningAfter(20) })).toEqual([]);
    expect(warned({ learningRate: oneCycle, pruning: pruningAfter(10) })).toEqual([]);
    for (const retraining of [
      { name: 'learning-rate-rewinding', epochs: 5 },
      { name: 'low-rate', epochs: 5, rate: 0.01 },
    ])
      expect(
        warned({ learningRate: oneCycle, retraining, pruning: pruningAfter(20) }),
        retraining.name,
      ).toEqual([]);
  });

  it('is told once for all seeds of an arm', () => {
    const run = completeSpecification({
      ...specification({ epochs: 20 }),
      learningRate: oneCycle,
      retraining: fineTune,
      pruning: pruningAfter(20),
    });
    const one = { plan: planTraining(run, STEPS), stepsPerEpoch: STEPS, retraining: 'fine-tune' };
    expect(
      studyWarnings([
        { ...one, arms: ['a'] },
        { ...one, arms: ['a'] },
        { ...one, arms: ['b'] },
      ]).map((sentence) => sentence.slice(0, 7)),
    ).toEqual(["Arm 'a'", "Arm 'b'"]);
  });
});
