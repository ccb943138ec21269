import type { Migration } from './migration.ts';

/** Planes are stored as changes of any earlier epoch's, their base, not only of the epoch before. */
export const bases: Migration = {
  title: 'bases of stored planes',
  up(database) {
    // The row's own epoch where it stands by itself. Null in rows of an earlier version, whose base is the epoch before, or their
    // own where that is their key_epoch: to fill it in would write every plane anew. New rows have it in both columns.
    database.exec('alter table planes add column base integer');
  },
};
