import { isFreed } from '../cascade/freed.ts';
import { named } from '../measures/ideas.ts';
import { CHANNEL_FIELDS, laterRow, MOTION_FIELDS, shedRow, type ChannelTable } from '../records.ts';
import type { Table } from './csv.ts';

/** A row for each output channel of each layer after each epoch; docs/formats.md says what the columns are. */
export function channelsTable({
  thresholds,
  epochs,
}: {
  thresholds: readonly string[];
  epochs: ReadonlyMap<number, ReadonlyMap<string, ChannelTable>>;
}): Table {
  const steps = thresholds.length;
  const fields = [
    ...CHANNEL_FIELDS.map((field, row) => ({ column: field === 'inert' ? 'inert_at_least' : field, row })),
    ...thresholds.map((label, index) => ({ column: `shed_${named(label)}`, row: shedRow(index) })),
    ...MOTION_FIELDS.map((field) => ({ column: COLUMN_OF[field], row: laterRow(field, steps) })),
  ];
  const residual = laterRow('residual', steps);
  const rows: Table['rows'] = [];
  for (const [epoch, layers] of epochs)
    for (const [layer, { values, channels }] of layers)
      for (let channel = 0; channel < channels; channel++) {
        const at = (row: number): number | null => finite(values[row * channels + channel]!);
        const moved = at(residual);
        rows.push([
          epoch,
          layer,
          channel,
          ...fields.map(({ row }) => at(row)),
          moved === null ? null : Number(isFreed(moved)),
        ]);
      }
  return { columns: ['epoch', 'layer', 'channel', ...fields.map(({ column }) => column), 'freed'], rows };
}

const COLUMN_OF = { residual: 'residual', freeDecay: 'free_decay', decay: 'decay' } as const;

/** What is not known stays empty. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
