import { classNamed } from './classes.ts';
import { column, RUN, whole, type View } from './view.ts';

export const predictions: View = {
  name: 'predictions',
  rows: 'each test image at each marked moment of a run',
  note: 'Moments are those before and after each pruning that ends an epoch, and the end.',
  columns: [
    RUN,
    column('epoch', 'integer', 'stored.epoch', 'The epoch.'),
    column('moment', 'text', 'stored.moment', "'before-pruning', or 'epoch' for the state after it."),
    column('image', 'integer', whole('image.image'), 'The image, by its place in the test split, from 0.'),
    column('label', 'integer', whole('image.label'), 'The right class.'),
    column(
      'label_name',
      'text',
      classNamed('image.label'),
      'Its name; null where the data set does not tell.',
    ),
    column('predicted', 'integer', whole('image.predicted'), 'The class of the highest logit.'),
    column('predicted_name', 'text', classNamed('image.predicted'), 'Its name.'),
    column('correct', 'integer', 'image.label = image.predicted', '1 where both are the same, otherwise 0.'),
    column('margin', 'real', 'image.margin', "The right class's logit minus the highest of the others."),
  ],
  from: `main.predictions as stored join main.runs as run on run.number = stored.run
    join prediction_rows(stored.labels, stored.predicted, stored.margins) as image`,
};
