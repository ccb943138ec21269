import type Database from 'better-sqlite3';

/**
 * A step of the schema. Its number is its place in the list, kept in the database as `user_version`. A migration
 * that has landed is never edited: what it did is in people's workspaces.
 */
export interface Migration {
  /** What it does, in a few words. */
  title: string;
  up(database: Database.Database): void;
}
