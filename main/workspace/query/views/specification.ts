import { column, RUN, type View } from './view.ts';

export const specification: View = {
  name: 'specification',
  rows: 'each key of the specification of a run',
  note: "A component is its name under its setting, its options behind a dot: 'optimizer' is 'sgd', 'optimizer.weightDecay' 0.0005. Keys of a pruning need no word before them.",
  columns: [
    RUN,
    column('key', 'text', 'setting.key', "The key, such as 'optimizer.momentum' or 'sparsity'."),
    column(
      'value',
      'text',
      'setting.value',
      'Its value: a number, a text, 1 or 0 for yes and no; of a list, JSON.',
    ),
  ],
  from: 'main.runs as run join specification_rows(run.specification) as setting',
};
