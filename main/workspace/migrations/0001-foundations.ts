import type { Migration } from './migration.ts';

/** The first schema: studies, runs, epochs with their tables and planes, events, checkpoints, excess. */
export const foundations: Migration = {
  title: 'foundations',
  up(database) {
    database.exec(`
      create table meta (key text primary key, value text not null) strict, without rowid;

      create table studies (
        id integer primary key,
        name text not null,
        title text not null,
        file_name text not null,
        text text not null,
        added_at integer not null
      ) strict;

      create table runs (
        number integer primary key autoincrement,
        id text not null unique,
        hash text not null,
        seed integer not null,
        specification text not null,
        control integer references runs (number),
        epochs_total integer not null,
        prunes integer not null,
        state text not null,
        reason text,
        created_at integer not null,
        started_at integer,
        ended_at integer
      ) strict;
      create index runs_by_control on runs (control);

      create table memberships (
        run integer not null references runs (number) on delete cascade,
        study text not null,
        arm text not null,
        primary key (run, study, arm)
      ) strict, without rowid;

      create table environments (
        run integer primary key references runs (number) on delete cascade,
        environment text not null,
        network text not null
      ) strict;

      create table events (
        id integer primary key,
        run integer not null references runs (number) on delete cascade,
        time integer not null,
        kind text not null,
        epoch integer,
        message text not null,
        data text not null
      ) strict;
      create index events_by_run on events (run);

      -- Counts are of all prunable weights; shed is a JSON array, one count a threshold of the run's ladder.
      create table epochs (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        phase text not null,
        learning_rate real not null,
        steps integer not null,
        train_loss real,
        train_accuracy real,
        validation_loss real,
        validation_accuracy real,
        test_loss real,
        test_accuracy real,
        training_seconds real not null,
        evaluation_seconds real not null,
        measurement_seconds real not null,
        weights integer not null,
        pruned integer not null,
        inert integer not null,
        zero integer not null,
        shed text not null,
        recorded_at integer not null,
        primary key (run, epoch)
      ) strict, without rowid;

      -- Never reuse an id: readers keep decoded planes by it. A generation ends when stored epochs are replaced.
      create table layers (
        id integer primary key autoincrement,
        run integer not null references runs (number) on delete cascade,
        position integer not null,
        name text not null,
        weights integer not null,
        channels integer not null,
        generation integer not null default 0,
        unique (run, position),
        unique (run, name)
      ) strict;

      create table layer_epochs (
        layer integer not null references layers (id) on delete cascade,
        epoch integer not null,
        pruned integer not null,
        inert integer not null,
        zero integer not null,
        norm real,
        shed text not null,
        shed_and_inert text not null,
        primary key (layer, epoch)
      ) strict, without rowid;

      -- Per-channel tables of all layers of one epoch: float32, shuffled by byte, zstd.
      create table channel_tables (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        bytes blob not null,
        primary key (run, epoch)
      ) strict;

      -- A patch (common/codec/planes.ts, zstd) against the epoch before, or against zeros where key_epoch = epoch.
      create table planes (
        layer integer not null references layers (id) on delete cascade,
        epoch integer not null,
        key_epoch integer not null,
        bytes blob not null,
        primary key (layer, epoch)
      ) strict;

      create table checkpoints (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        file text not null,
        size integer not null,
        sha256 text not null,
        primary key (run, epoch)
      ) strict, without rowid;

      -- Over the weights that the run kept: how many are shed in it, and how many of the same in its control.
      -- JSON arrays, one count a threshold of the run; null where the control does not measure that threshold.
      create table excess (
        run integer not null references runs (number) on delete cascade,
        epoch integer not null,
        layer integer not null references layers (id) on delete cascade,
        kept integer not null,
        shed text not null,
        control_shed text not null,
        primary key (run, epoch, layer)
      ) strict, without rowid;
      create index excess_by_layer on excess (layer);
    `);
  },
};
