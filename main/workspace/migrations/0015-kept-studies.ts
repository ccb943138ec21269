import type { Migration } from './migration.ts';

/** Study texts that people write are kept in the workspace, no longer in a browser's storage. */
export const keptStudies: Migration = {
  title: 'texts of studies',
  up(database) {
    database.exec(`
      create table kept_studies (
        name text primary key,
        text text not null,
        -- The text that was changed: a bundled study's, or a file's as it was opened or saved.
        base text not null,
        bundled integer not null check (bundled in (0, 1)),
        -- Milliseconds since 1970.
        changed_at real not null
      ) strict, without rowid;
    `);
  },
};
