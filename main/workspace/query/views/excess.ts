import { atThreshold, sharesCompared, storedExcess } from '../../../../common/measures/stored.ts';
import { column, LADDER, RUN, THRESHOLD, type View } from './view.ts';

const AT = { threshold: 'threshold.key', idea: 'masked' } as const;
const shares = sharesCompared('dense');

export const excess: View = {
  name: 'excess',
  rows: 'each threshold of each layer, and of the network, after each epoch that a run and a control of it both have',
  columns: [
    RUN,
    column('epoch', 'integer', 'dense.epoch', 'The epoch after which both are compared.'),
    column('layer', 'text', 'dense.layer', 'Name of the layer; null for the network.'),
    column(
      'against',
      'text',
      "iif(dense.control = run.control, 'dense', 'previous-mask')",
      'Which control: dense or previous-mask.',
    ),
    column(
      'control',
      'text',
      '(select id from main.runs as other where other.number = dense.control)',
      'Id of the control.',
    ),
    THRESHOLD,
    column('kept', 'integer', 'dense.kept', 'Weights that the run keeps, over which both are counted.'),
    column('shed', 'integer', atThreshold('dense.shed', AT), 'Of those, shed in the run.'),
    column(
      'control_shed',
      'integer',
      atThreshold('dense.control_shed', AT),
      'Of those, shed in the control; null where it does not measure the threshold.',
    ),
    {
      ...column('shed_of_kept', 'real', shares.run(AT), 'Share of them that is shed in the run.'),
      unit: 'share',
      of: 'kept weights',
    },
    {
      ...column(
        'control_shed_of_kept',
        'real',
        shares.control(AT),
        'Share of them that is shed in the control.',
      ),
      unit: 'share',
      of: 'kept weights',
    },
    {
      ...column('excess', 'real', storedExcess('dense')(AT), 'The first share minus the second.'),
      unit: 'points',
      of: 'kept weights',
    },
  ],
  // Rows of either control, under the name that the expressions of measures have for one.
  from: `(select run, control, epoch, null as layer, kept, shed, control_shed from main.excess_totals
      union all
      select excess.run, control, epoch, layers.name, kept, shed, control_shed
      from main.excess as excess join main.layers as layers on layers.id = excess.layer) as dense
    join main.runs as run on run.number = dense.run and dense.control in (run.control, run.previous_mask) ${LADDER}`,
};
