import type { Migration } from './migration.ts';

/** Epochs know what their networks cost once compacted, their gradients, and what was answered, class by class. */
export const numbers: Migration = {
  title: 'costs, gradients, classes and predictions',
  up(database) {
    database.exec(`
      -- All of these are null in epochs that an earlier version recorded.
      alter table epochs add column validation_top_five real;
      alter table epochs add column test_top_five real;
      -- Trainable parameters of the network after physical compaction, and weights left of each kernel.
      alter table epochs add column compacted_parameters integer;
      -- Of the training seconds, those in which the step waited for images that are read as it goes.
      alter table epochs add column waiting_seconds real;
      alter table layer_epochs add column compacted integer;
      alter table layer_epochs add column gradient_norm real;

      -- Of the test split, class by class: images, and how many of them were answered right. int32, zstd.
      create table class_epochs (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        examples blob not null,
        correct blob not null,
        primary key (run, epoch)
      ) strict;

      -- Of the test split, image by image, at marked epochs. Classes as uint16, zstd; margins float32, shuffled, zstd.
      create table predictions (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        -- 'before-pruning', or 'epoch' for the state that the epoch's other numbers are of.
        moment text not null,
        labels blob not null,
        predicted blob not null,
        margins blob not null,
        primary key (run, epoch, moment)
      ) strict;
    `);
  },
};
