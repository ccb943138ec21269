import type { Migration } from './migration.ts';

/** Epochs and their layers hold the numbers of measures that bring how they are reckoned, by id. */
export const measured: Migration = {
  title: 'numbers of measures by id',
  up(database) {
    // JSON: {"meanMagnitude": 0.02}. Null in epochs that an earlier version recorded.
    database.exec(`
      alter table epochs add column measured text;
      alter table layer_epochs add column measured text;
    `);
  },
};
