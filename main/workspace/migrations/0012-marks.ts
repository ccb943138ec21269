import type { Migration } from './migration.ts';

/** What a person notes of runs: tags, words, a star; and the bin, from which a run can come back. */
export const marks: Migration = {
  title: 'marks and the bin',
  up(database) {
    database.exec(`
      alter table runs add column note text;
      alter table runs add column starred integer not null default 0;
      alter table runs add column binned_at integer;
      create table tags (
        run integer not null references runs (number) on delete cascade,
        tag text not null,
        primary key (run, tag)
      ) strict, without rowid;
    `);
  },
};
