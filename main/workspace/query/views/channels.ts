import { column, RUN, whole, type View, type ViewColumn } from './view.ts';

const counted = (name: string, field: string, type: ViewColumn['type'], definition: string): ViewColumn =>
  column(name, type, type === 'integer' ? whole(`channel.${field}`) : `channel.${field}`, definition);

/** Tables of channels are packed, all layers of an epoch in one: a function of the connection unpacks them. */
export const channels: View = {
  name: 'channels',
  rows: 'each output channel of each layer after each epoch of a run',
  note: 'Ask for few epochs of few runs: each is unpacked.',
  columns: [
    RUN,
    column('epoch', 'integer', 'stored.epoch', 'The epoch after which it stood so.'),
    counted('layer', 'layer', 'text', 'Name of the layer.'),
    counted('channel', 'channel', 'integer', 'The channel, from 0.'),
    counted('pruned', 'pruned', 'integer', 'Weights of the channel that the mask holds at zero.'),
    counted('inert_at_least', 'inert', 'integer', 'Kept weights of it that are proved to change no output.'),
    counted('norm', 'norm', 'real', 'Euclidean norm of its weights.'),
    counted('gamma', 'gamma', 'real', 'Scale of the batch norm behind it; null without one.'),
    counted('beta', 'beta', 'real', 'Shift of that batch norm.'),
    counted('blocked', 'blocked', 'integer', '1 where its output is constant zero or reaches no logit.'),
    counted(
      'residual',
      'residual',
      'real',
      'How far its weights moved over the epoch otherwise than the optimizer alone would have moved them.',
    ),
    counted('free_decay', 'freeDecay', 'real', 'What the optimizer alone would have left of their norm.'),
    counted('decay', 'decay', 'real', 'What training left of it.'),
    counted(
      'freed',
      'freed',
      'integer',
      '1 where the channel was freed over the epoch; null where that was not measured.',
    ),
  ],
  from: `main.channel_tables as stored join main.runs as run on run.number = stored.run
    join channel_rows(stored.bytes, (
      select json_group_array(json_array(name, channels)) from (
        select name, channels from main.layers where run = stored.run order by position)
    ), json_array_length(run.specification, '$.thresholds')) as channel`,
};
