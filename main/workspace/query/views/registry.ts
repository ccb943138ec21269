import type { SqlColumn, SqlSchema } from '../../../../common/sql/schema.ts';
import { channelShed } from './channel-shed.ts';
import { channels } from './channels.ts';
import { classes } from './classes.ts';
import { epochs } from './epochs.ts';
import { events } from './events.ts';
import { excess } from './excess.ts';
import { layerShed } from './layer-shed.ts';
import { layers } from './layers.ts';
import { memberships } from './memberships.ts';
import { predictions } from './predictions.ts';
import { runs } from './runs.ts';
import { shed } from './shed.ts';
import { specification } from './specification.ts';
import { tags } from './tags.ts';
import { thresholds } from './thresholds.ts';
import type { View, ViewColumn } from './view.ts';

/** All views, in the order of the documentation. */
export const VIEWS: readonly View[] = [
  runs,
  memberships,
  tags,
  specification,
  thresholds,
  epochs,
  shed,
  layers,
  layerShed,
  channels,
  channelShed,
  classes,
  predictions,
  events,
  excess,
];

/** What they are for, without how they are made. */
export function sqlSchema(): SqlSchema {
  return {
    views: VIEWS.map(({ name, rows, note, columns }) => ({
      name,
      rows,
      ...(note === undefined ? {} : { note }),
      columns: columns.map(described),
    })),
  };
}

/** The statement that makes a view for one connection. */
export function createView({ name, columns, from }: View): string {
  const selected = columns.map(({ name: as, sql }) => `${sql} as "${as}"`);
  return `create temp view "${name}" as select ${selected.join(',\n  ')} from ${from}`;
}

function described({ name, type, definition, unit, of }: ViewColumn): SqlColumn {
  return { name, type, definition, ...(unit && { unit }), ...(of && { of }) };
}
