import type { Migration } from './migration.ts';

/** The excess of a whole network is stored beside that of its layers: lists and charts of it read one row an epoch. */
export const excessTotals: Migration = {
  title: 'totals of the excess',
  up(database) {
    const total = (column: string): string => `(
      select json_group_array(total) from (
        select iif(count(value) = count(*), sum(value), null) as total
        from excess as layers join json_each(layers.${column})
        where layers.run = excess.run and layers.control = excess.control and layers.epoch = excess.epoch
        group by key order by key))`;
    database.exec(`
      -- As in excess, of all layers together.
      create table excess_totals (
        run integer not null references runs (number) on delete cascade,
        control integer not null references runs (number) on delete cascade,
        epoch integer not null,
        kept integer not null,
        shed text not null,
        control_shed text not null,
        primary key (run, control, epoch)
      ) strict, without rowid;
      create index excess_totals_of_control on excess_totals (control, epoch);
      insert into excess_totals
        select run, control, epoch, sum(kept), ${total('shed')}, ${total('control_shed')}
        from excess group by run, control, epoch;
    `);
  },
};
