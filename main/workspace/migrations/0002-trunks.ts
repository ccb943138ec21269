import type { Migration } from './migrations.ts';

/** Runs know the run that they share their first epochs with, and stand in the queue by priority. */
export const trunks: Migration = {
  title: 'trunks and priorities',
  up(database) {
    database.exec(`
      alter table runs add column trunk integer references runs (number) on delete set null;
      -- Last epoch that is shared.
      alter table runs add column trunk_epoch integer;
      alter table runs add column priority integer not null default 0;
      create index runs_by_trunk on runs (trunk);
    `);
  },
};
