import type { Migration } from './migration.ts';

/** Runs keep what was planned of them from the outline of their data, which may be gone later. */
export const plans: Migration = {
  title: 'what was planned of a run',
  up(database) {
    // Null in a run that an earlier version added. Epochs of prunings as a JSON list.
    database.exec(`
      alter table runs add column steps_per_epoch integer;
      alter table runs add column pruning_epochs text;
    `);
  },
};
