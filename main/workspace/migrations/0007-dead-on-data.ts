import type { Migration } from './migration.ts';

/** Layers know how many of their kept weights no training or test image gives a gradient. */
export const deadOnData: Migration = {
  title: 'weights that are dead on the data',
  up(database) {
    // Null where it was not counted: in most epochs, and in all that an earlier version recorded.
    database.exec('alter table layer_epochs add column dead_on_data integer');
  },
};
