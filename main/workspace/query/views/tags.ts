import { column, RUN, type View } from './view.ts';

export const tags: View = {
  name: 'tags',
  rows: 'each tag of a run',
  columns: [RUN, column('tag', 'text', 'tagged.tag', 'A word that a person gave it.')],
  from: 'main.tags as tagged join main.runs as run on run.number = tagged.run',
};
