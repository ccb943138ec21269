import { column, measured, RUN, whole, type View } from './view.ts';

/** Name of a class of the run's data set; null where its files do not tell. */
export const classNamed = (place: string): string =>
  `(select environment ->> ('$.classNames[' || ${whole(place)} || ']') from main.environments where environments.run = run.number)`;

export const classes: View = {
  name: 'classes',
  rows: 'each class after each epoch of a run',
  columns: [
    RUN,
    column('epoch', 'integer', 'stored.epoch', 'The epoch after which it was answered so.'),
    column('class', 'integer', whole('class.class'), 'The class, from 0.'),
    column('name', 'text', classNamed('class.class'), 'Its name; null where the data set does not tell.'),
    ...measured('class'),
  ],
  from: `main.class_epochs as stored join main.runs as run on run.number = stored.run
    join class_rows(stored.examples, stored.correct) as class`,
};
