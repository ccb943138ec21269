import type { Migration } from './migration.ts';

/** Epochs know all their rates, and which channels moved as the optimizer alone would have moved them. */
export const freed: Migration = {
  title: 'rates of all steps, and freed channels',
  up(database) {
    database.exec(`
      -- All of these are null in epochs that an earlier version recorded. learning_rate is that of the first step.
      alter table epochs add column learning_rate_mean real;
      alter table epochs add column learning_rate_last real;
      -- Channels freed over the epoch and their kept weights; median sizes of the kept weights in them, and in all others.
      alter table epochs add column freed_channels integer;
      alter table epochs add column freed integer;
      alter table epochs add column freed_median real;
      alter table epochs add column held_median real;
      alter table layer_epochs add column freed_channels integer;
      alter table layer_epochs add column freed integer;
    `);
  },
};
