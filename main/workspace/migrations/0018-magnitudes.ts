import type { Migration } from './migration.ts';

/** Histograms of |w| of every epoch: see `common/codec/magnitude-counts.ts`. */
export const magnitudes: Migration = {
  title: 'histograms of weights',
  up(database) {
    // Of all layers of a run after an epoch, compressed; epochs of earlier versions have none.
    database.exec(`
      create table magnitudes (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        bytes blob not null,
        primary key (run, epoch)
      ) strict;
    `);
  },
};
