import type { Migration } from './migration.ts';

/** The arms of a study are numbered, in the order in which they came, and keep their numbers whatever is deleted. */
export const arms: Migration = {
  title: 'places of arms',
  up(database) {
    database.exec(`
      create table arms (
        study text not null,
        arm text not null,
        place integer not null,
        primary key (study, arm)
      ) strict, without rowid;
      create unique index arms_by_place on arms (study, place);

      -- Runs that were added as controls or trunks of others have no place; until now their names alone told them.
      insert into arms (study, arm, place)
        select study, arm, row_number() over (partition by study order by min(run), arm) - 1
        from memberships
        where arm not like 'control of %' and arm not like 'trunk of %'
        group by study, arm;
    `);
  },
};
