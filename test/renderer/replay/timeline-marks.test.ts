import { describe, expect, it } from 'vitest';
import type { EpochSummary, LoggedEvent } from '../../../common/contract/schemas.ts';
import {
  changeWords,
  groupMarks,
  markBeside,
  newlyShed,
  timelineMarks,
} from '../../../renderer/replay/timeline-marks.ts';

const epoch = (number: number, learningRate: number, shed = 0) =>
  ({ epoch: number, learningRate, shed: { '1e-3': shed } }) as unknown as EpochSummary;
const event = (kind: LoggedEvent['kind'], at: number | null): LoggedEvent => ({
  kind,
  epoch: at,
  time: 0,
  message: kind,
  data: {},
});

describe('the timeline', () => {
  it('marks what happened, once, in order', () => {
    const marks = timelineMarks(
      [event('started', 0), event('resumed', 5), event('pruned', 2), event('queued', null)],
      [],
      [2, 8],
    );
    expect(marks.map((mark) => [mark.epoch, mark.kind])).toEqual([
      [2, 'pruned'],
      [5, 'life'],
      [8, 'pruned'],
    ]);
  });

  it('marks what rewinding changed, and where a run left its trunk', () => {
    const events = [event('branched', 3), event('pruned', 4), event('rewound', 4), event('reinitialised', 6)];
    expect(timelineMarks(events, [], []).map((mark) => [mark.epoch, mark.kind, mark.label])).toEqual([
      [3, 'life', 'branched'],
      [4, 'pruned', 'pruned'],
      [4, 'rewound', 'rewound'],
      [6, 'rewound', 'reinitialised'],
    ]);
  });

  it('marks a step of the rate after the epoch that it follows, but not a smooth schedule or the initial state', () => {
    const marks = timelineMarks([], [epoch(0, 0), epoch(1, 0.1), epoch(2, 0.095), epoch(3, 0.01)], []);
    expect(marks.map((mark) => [mark.epoch, mark.kind])).toEqual([[2, 'rate']]);
  });

  it('stands where a pruning was, within its epoch too, and tells of all that happened then once', () => {
    const within = { ...event('pruned', 2), data: { step: 10 } };
    const steps = [epoch(1, 0.1), { ...epoch(2, 0.1), steps: 40 }];
    const marks = timelineMarks(
      [within, event('pruned', 2), event('rewound', 2), event('resumed', 2), event('interrupted', 2)],
      steps,
      [2],
    );
    expect(marks.map(({ at, kind }) => [at, kind])).toEqual([
      [1.25, 'pruned'],
      [2, 'pruned'],
      [2, 'rewound'],
      [2, 'life'],
      [2, 'life'],
    ]);
    expect(groupMarks(marks)).toEqual([
      { at: 1.25, glyphs: [{ kind: 'pruned', glyph: '▼' }], label: 'epoch 2: pruned' },
      {
        at: 2,
        glyphs: [
          { kind: 'pruned', glyph: '▼' },
          { kind: 'rewound', glyph: '↺' },
          { kind: 'life', glyph: '•' },
        ],
        label: 'epoch 2: pruned · rewound · resumed · interrupted',
      },
    ]);
  });

  it('tells accuracy and loss before and after what changed the weights, and why one of them is not known', () => {
    const told = { testAccuracyBefore: 0.9, testAccuracyAfter: 0.4, testLossBefore: 0.2, testLossAfter: 1.5 };
    const measured = [1, 2, 3].map((at) => ({ ...epoch(at, 0.1), testAccuracy: 0.7, testLoss: at / 10 }));
    const back = { testAccuracyAfter: 0.1, testLossAfter: 2.3 };
    const marks = timelineMarks(
      [
        { ...event('pruned', 1), data: told },
        { ...event('pruned', 2), data: { step: 3 } },
        event('pruned', 3),
        { ...event('rewound', 1), data: back },
        event('rewound', 2),
        event('resumed', 3),
        event('stopped', 9),
      ],
      measured,
      [12],
    );
    const words = (index: number) => {
      const { accuracy, loss } = marks[index]!;
      return [changeWords(accuracy, String), changeWords(loss, String)];
    };
    expect(marks.map(({ epoch: at, kind }) => `${at} ${kind}`)).toEqual([
      '1 pruned',
      '1 rewound',
      '2 pruned',
      '2 rewound',
      '3 pruned',
      '3 life',
      '9 life',
      '12 pruned',
    ]);
    expect(words(0)).toEqual(['0.9 → 0.4', '0.2 → 1.5']);
    // An epoch is measured before its weights are set back: what it says is what was before.
    expect(words(1)).toEqual(['0.7 → 0.1', '0.1 → 2.3']);
    expect(words(2)).toEqual(Array(2).fill('within an epoch nothing is evaluated'));
    expect(words(3)).toEqual(['0.7 → not recorded', '0.2 → not recorded']);
    expect(words(4)).toEqual(['not recorded', 'not recorded']);
    expect(words(5)).toEqual(['0.7, unchanged', '0.3, unchanged']);
    expect(words(6)).toEqual(['not measured', 'not measured']);
    expect(words(7)).toEqual(['to come', 'to come']);
    expect(groupMarks(marks)[0]!.label).toBe('epoch 1: pruned Test loss 0.2 → 1.5. · rewound');
    // Of spans of epochs the numbers are extremes: they are not told as those of one.
    const [alone] = timelineMarks([event('resumed', 2)], measured, [], false);
    expect(changeWords(alone!.accuracy, String)).toBe('not measured');
  });

  it('jumps to the mark beside', () => {
    const marks = timelineMarks([event('pruned', 2), event('resumed', 7)], [], []);
    expect(markBeside(marks, 2, 1)).toBe(7);
    expect(markBeside(marks, 7, -1)).toBe(2);
    expect(markBeside(marks, 7, 1)).toBeNull();
  });

  it('counts what was newly shed, never less than nothing', () => {
    expect(
      newlyShed([epoch(0, 0, 0.1), epoch(1, 0, 0.3), epoch(2, 0, 0.2)], '1e-3').map(({ share }) => share),
    ).toEqual([0, expect.closeTo(0.2), 0]);
  });
});
