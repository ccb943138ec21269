import type { Migration } from './migration.ts';

/** Runs know the run that they share their first epochs with, how often they save weights, and their place in the queue. */
export const trunks: Migration = {
  title: 'trunks, priorities and wishes for checkpoints',
  up(database) {
    database.exec(`
      alter table runs add column trunk integer references runs (number) on delete set null;
      -- Last epoch that is shared, and the one whose weights are rewound to later.
      alter table runs add column trunk_epoch integer;
      alter table runs add column trunk_rewind integer;
      -- Epochs between checkpoints; null leaves it to the size of the network.
      alter table runs add column checkpoint_every integer;
      alter table runs add column priority integer not null default 0;
      create index runs_by_trunk on runs (trunk);
    `);
  },
};
