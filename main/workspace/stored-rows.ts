import type { ControlKind } from '../../common/controls.ts';

/** The rows that expressions of `common/measures/stored.ts` speak of, as parts of a statement. */

const CONTROLS: Readonly<Record<ControlKind, { alias: string; column: string }>> = {
  dense: { alias: 'dense', column: 'control' },
  'previous-mask': { alias: 'previous_mask', column: 'previous_mask' },
};

/** The comparison with the control of a kind, from the row `run`; SQLite leaves it out where no expression needs it. */
function comparison(kind: ControlKind, table: 'excess' | 'excess_totals', on = ''): string {
  const { alias, column } = CONTROLS[kind];
  return `left join main.${table} as ${alias} on ${alias}.run = epoch.run and ${alias}.control = run.${column}
    and ${alias}.epoch = epoch.epoch${on}`;
}

/** Rows `run` and `epoch`, with all that belongs to an epoch; a `where` may follow. */
export const EPOCH_ROWS = `main.runs as run
  join main.epochs as epoch on epoch.run = run.number
  left join main.environments as network on network.run = epoch.run
  ${comparison('dense', 'excess_totals')}
  ${comparison('previous-mask', 'excess_totals')}`;

/** Row `run`, and the same of its last epoch, where it has one. */
export const LAST_EPOCH_ROWS = EPOCH_ROWS.replace(
  'join main.epochs as epoch on epoch.run = run.number',
  `left join main.epochs as epoch on epoch.run = run.number
    and epoch.epoch = (select max(epoch) from main.epochs where run = run.number)`,
);

/** The same with each layer. @param join how a layer is joined: a left join keeps epochs of runs without it */
export function layerRows(join: 'join' | 'left join', on = ''): string {
  return `main.runs as run
  join main.epochs as epoch on epoch.run = run.number
  ${join} main.layers as layer on layer.run = run.number${on}
  left join main.layer_epochs as layer_epoch on layer_epoch.layer = layer.id and layer_epoch.epoch = epoch.epoch
  left join main.environments as network on network.run = epoch.run
  ${comparison('dense', 'excess', ' and dense.layer = layer.id')}
  ${comparison('previous-mask', 'excess', ' and previous_mask.layer = layer.id')}`;
}
