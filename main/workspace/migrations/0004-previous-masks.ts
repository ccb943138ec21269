import type { Migration } from './migration.ts';

/** Runs know the control that kept their previous mask, and excess says which control it is over. */
export const previousMasks: Migration = {
  title: 'controls that keep the previous mask',
  up(database) {
    database.exec(`
      alter table runs add column previous_mask integer references runs (number);
      create index runs_by_previous_mask on runs (previous_mask);

      -- As before, and over which control: until now a run had one.
      create table new_excess (
        run integer not null references runs (number) on delete cascade,
        control integer not null references runs (number) on delete cascade,
        epoch integer not null,
        layer integer not null references layers (id) on delete cascade,
        kept integer not null,
        shed text not null,
        control_shed text not null,
        primary key (run, control, epoch, layer)
      ) strict, without rowid;
      insert into new_excess
        select run, runs.control, epoch, layer, kept, shed, control_shed
        from excess join runs on runs.number = excess.run
        where runs.control is not null;
      drop table excess;
      alter table new_excess rename to excess;
      create index excess_by_layer on excess (layer);
      create index excess_of_control on excess (control, epoch);
    `);
  },
};
