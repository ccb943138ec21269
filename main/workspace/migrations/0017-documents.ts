import type { Migration } from './migration.ts';

/** What a person keeps by a name, such as a view of the runs or the look of an arm: what is in it, its readers know. */
export const documents: Migration = {
  title: 'documents',
  up(database) {
    database.exec(`
      create table documents (
        kind text not null,
        name text not null,
        content text not null,
        -- Milliseconds since 1970.
        changed_at real not null,
        primary key (kind, name)
      ) strict, without rowid;
    `);
  },
};
