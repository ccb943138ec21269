import { column, measuredOfRuns, RUN, time, type View } from './view.ts';
import { LAST_EPOCH_ROWS } from '../../stored-rows.ts';

const other = (name: string, reference: string, definition: string) =>
  column(
    name,
    'text',
    `(select id from main.runs as other where other.number = run.${reference})`,
    definition,
  );
const setting = (name: string, path: string, definition: string) =>
  column(name, 'text', `(run.specification ->> '$.${path}')`, definition);
const first = (name: 'study' | 'arm') => `(select memberships.${name} from main.memberships
  left join main.arms using (study, arm) where memberships.run = run.number
  order by arms.place is null, memberships.study, arms.place, memberships.arm limit 1)`;

/** One row a run, with the numbers of its last epoch. */
export const runs: View = {
  name: 'runs',
  rows: 'each run',
  note: 'Measures are those of its last epoch. Those at a threshold are in `thresholds`; every key of its specification is in `specification`.',
  columns: [
    RUN,
    column(
      'specification_hash',
      'text',
      'run.hash',
      'Hash of the specification: runs that have it in common are seeds of one another.',
    ),
    column('seed', 'integer', 'run.seed', 'Decides weights, order and chance.'),
    column(
      'study',
      'text',
      first('study'),
      'The study that asks for it. Where several do, the first by name, one that names it before those that added it; the view of memberships has all.',
    ),
    column('arm', 'text', first('arm'), 'The arm of that study.'),
    column(
      'state',
      'text',
      'run.state',
      'queued, running, paused, finished, failed, interrupted or stopped.',
    ),
    column('reason', 'text', 'run.reason', 'Why it is in that state, where there is something to say.'),
    column('prunes', 'integer', 'run.prunes', '1 where weights are pruned in it, otherwise 0.'),
    other('control', 'control', 'Its dense control.'),
    other(
      'previous_mask_control',
      'previous_mask',
      'Its control that keeps the mask before the last pruning.',
    ),
    other('trunk', 'trunk', 'The run that trained its first epochs.'),
    column('trunk_epoch', 'integer', 'run.trunk_epoch', 'The last of those epochs.'),
    column('priority', 'integer', 'run.priority', 'Runs of higher priority are trained first.'),
    column('epochs_done', 'integer', 'coalesce(epoch.epoch, 0)', 'The last epoch that is recorded.'),
    column('epochs_total', 'integer', 'run.epochs_total', 'Epochs of training and retraining.'),
    setting('dataset', 'dataset.name', 'Data set.'),
    setting('model', 'model.name', 'Model.'),
    setting('optimizer', 'optimizer.name', 'Optimizer.'),
    setting(
      'criterion',
      'pruning.criterion.name',
      'Criterion of the pruning; null for a run that prunes nothing.',
    ),
    column(
      'sparsity',
      'real',
      "(run.specification ->> '$.pruning.sparsity')",
      'Share of the chosen weights that is to be pruned; null likewise.',
    ),
    ...measuredOfRuns(false),
    time('created', 'run.created_at', 'When it was asked for.'),
    time('started', 'run.started_at', 'When it began.'),
    time('ended', 'run.ended_at', 'When it ended.'),
    column('starred', 'integer', 'run.starred', '1 where a person marked it.'),
    column('note', 'text', 'run.note', 'What a person wrote about it.'),
    column('binned', 'integer', 'run.binned_at is not null', '1 where it is in the bin.'),
  ],
  from: LAST_EPOCH_ROWS,
};
