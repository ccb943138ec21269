import fc from 'fast-check';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { stepsOf, type Duration } from '../../../../common/study/duration.ts';

/** Options of a schedule that fit a training, and the sparsity that they reach. */
export interface Scheduled {
  options: NamedOptions;
  sparsity: number;
}

interface Length {
  steps: number;
  stepsPerEpoch: number;
}

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** A moment, or a length, in steps; sometimes in epochs, where it is a whole number of them. */
function written(steps: number, { stepsPerEpoch }: Length): fc.Arbitrary<Duration> {
  const inSteps: Duration = `${steps}it`;
  return steps % stepsPerEpoch === 0
    ? fc.constantFrom<Duration>(inSteps, steps / stepsPerEpoch)
    : fc.constant(inSteps);
}

/** A moment from `first` on to the training's end. */
export function moment(length: Length, first = 0): fc.Arbitrary<Duration> {
  return fc.integer({ min: first, max: length.steps }).chain((step) => written(step, length));
}

/** Any options of the schedule of that name that are not refused. */
export function scheduled(name: string, length: Length): fc.Arbitrary<Scheduled> {
  switch (name) {
    case 'one-shot':
      return fc.record({
        options: moment(length).map((epoch): NamedOptions => ({ name, epoch })),
        sparsity: share,
      });
    case 'iterative':
      return fc.record({
        options: fc.oneof(
          fc.integer({ min: 1, max: 6 }).map((rounds): NamedOptions => ({ name, rounds })),
          fc
            .double({ min: 0.3, max: 0.95, noNaN: true })
            .map((fraction): NamedOptions => ({ name, fraction })),
        ),
        sparsity: share,
      });
    case 'listed':
      return fc
        .uniqueArray(moment(length), {
          minLength: 1,
          maxLength: 5,
          selector: (each) => stepsOf(each, length.stepsPerEpoch),
        })
        .chain((moments) =>
          fc
            .uniqueArray(share, { minLength: moments.length, maxLength: moments.length })
            .map((unsorted): Scheduled => {
              const sparsities = unsorted.toSorted((a, b) => a - b);
              const prunings = moments
                .toSorted((a, b) => stepsOf(a, length.stepsPerEpoch) - stepsOf(b, length.stepsPerEpoch))
                .map((after, index) => ({ after, sparsity: sparsities[index] }));
              return { options: { name, prunings }, sparsity: sparsities.at(-1)! };
            }),
        );
    default:
      return gradually(name, length);
  }
}

function gradually(name: string, length: Length): fc.Arbitrary<Scheduled> {
  const { steps } = length;
  return fc
    .record({ from: fc.nat(steps - 1), updates: fc.integer({ min: 1, max: 6 }) })
    .chain(({ from, updates }) => {
      const fitting = Math.min(updates, steps - from);
      return fc.record({
        from: fc.constant(from),
        updates: fc.constant(fitting),
        every: fc.integer({ min: 1, max: Math.floor((steps - from) / fitting) }),
      });
    })
    .chain(({ from, updates, every }) =>
      fc.record({
        from: written(from, length),
        until: written(from + updates * every, length),
        every: written(every, length),
        sparsity: share,
        initial: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.99, noNaN: true })),
      }),
    )
    .map(({ sparsity, initial, ...times }) => ({
      options: { name, ...times, initial: initial * sparsity },
      sparsity,
    }));
}
