import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const accuracyOverControl = defineMeasure({
  id: 'accuracyOverControl',
  column: 'accuracy_over_control',
  title: 'Test accuracy minus its control’s',
  short: 'Over control',
  unit: 'points',
  of: 'test images',
  definition:
    'Test accuracy of the run minus that of its own dense control, which has the same seed, both finished: a difference in pairs, so that what chance gives both alike falls out.',
  formula: 'test accuracy here  −  test accuracy of the dense control of the same seed',
  better: 'higher',
  logarithmic: false,
  stored: {
    run: stored(`iif(run.state = 'finished', epoch.test_accuracy - (select last.test_accuracy
      from main.runs as control join main.epochs as last on last.run = control.number
      where control.number = run.control and control.state = 'finished'
      order by last.epoch desc limit 1), null)`),
  },
  run: (run, _threshold, control) =>
    control?.state === 'finished' &&
    run.state === 'finished' &&
    run.testAccuracy !== null &&
    control.testAccuracy !== null
      ? run.testAccuracy - control.testAccuracy
      : null,
});
