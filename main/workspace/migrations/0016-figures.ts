import type { Migration } from './migration.ts';

/** Figures that a person saved, by their names. */
export const figures: Migration = {
  title: 'figures',
  up(database) {
    database.exec(`
      create table figures (
        name text primary key,
        specification text not null,
        created_at integer not null,
        changed_at integer not null,
        -- Hash of the numbers in the files that were written last, and when; null where none were.
        written_hash text,
        written_at integer
      ) strict, without rowid;
    `);
  },
};
