import { column, RUN, time, type View } from './view.ts';

export const events: View = {
  name: 'events',
  rows: 'each event of a run',
  columns: [
    RUN,
    column('number', 'integer', 'event.id', 'Events that came later have higher numbers.'),
    time('time', 'event.time', 'When it happened.'),
    column('kind', 'text', 'event.kind', "What happened, such as 'pruned' or 'finished'."),
    column('epoch', 'integer', 'event.epoch', 'The epoch that it belongs to; null for none.'),
    column('message', 'text', 'event.message', 'The sentence of the log.'),
    column('data', 'text', 'event.data', "More of it, as JSON: `data ->> 'key'` reads it."),
  ],
  from: 'main.events as event join main.runs as run on run.number = event.run',
};
