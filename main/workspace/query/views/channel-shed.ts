import { column, LADDER, RUN, THRESHOLD, whole, type View } from './view.ts';

export const channelShed: View = {
  name: 'channel_shed',
  rows: 'each threshold of each output channel of each layer after each epoch of a run',
  note: 'Ask for few epochs of few runs: each is unpacked.',
  columns: [
    RUN,
    column('epoch', 'integer', 'stored.epoch', 'The epoch after which it stood so.'),
    column('layer', 'text', 'channel.layer', 'Name of the layer.'),
    column('channel', 'integer', whole('channel.channel'), 'The channel, from 0.'),
    THRESHOLD,
    column(
      'shed',
      'integer',
      whole('channel.shed ->> threshold.key'),
      'Kept weights of the channel at the threshold or below.',
    ),
    column(
      'shed_and_inert',
      'integer',
      whole('channel.shedAndInert ->> threshold.key'),
      'Of those, inert ones.',
    ),
  ],
  from: `main.channel_tables as stored join main.runs as run on run.number = stored.run
    join channel_rows(stored.bytes, (
      select json_group_array(json_array(name, channels)) from (
        select name, channels from main.layers where run = stored.run order by position)
    ), json_array_length(run.specification, '$.thresholds')) as channel ${LADDER}`,
};
