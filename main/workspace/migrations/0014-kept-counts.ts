import type { Migration } from './migration.ts';

/** The channels of large controls are counted when they are written, because reading all masks takes most of a second. */
export const keptCounts: Migration = {
  title: 'counts of controls by channel',
  up(database) {
    database.exec(`
      -- Of large networks: what main/workspace/kept-counts.ts counts of the control over what the run keeps after the epoch.
      -- Missing where the run keeps all, and in what an earlier version recorded: the reader then counts from the masks.
      create table kept_counts (
        run integer not null references runs (number) on delete cascade,
        control integer not null references runs (number) on delete cascade,
        epoch integer not null,
        bytes blob not null,
        primary key (run, control, epoch)
      ) strict;
      create index kept_counts_of_control on kept_counts (control, epoch);
    `);
  },
};
