import type Database from 'better-sqlite3';
import { foundations } from './0001-foundations.ts';
import { trunks } from './0002-trunks.ts';
import { numbers } from './0003-numbers.ts';
import { previousMasks } from './0004-previous-masks.ts';
import { arms } from './0005-arms.ts';
import { freed } from './0006-freed.ts';
import { deadOnData } from './0007-dead-on-data.ts';

/**
 * A step of the schema. Its number is its place in the list, kept in the database as `user_version`. A migration
 * that has landed is never edited: what it did is in people's workspaces.
 */
export interface Migration {
  /** What it does, in a few words. */
  title: string;
  up(database: Database.Database): void;
}

export const MIGRATIONS: readonly Migration[] = [
  foundations,
  trunks,
  numbers,
  previousMasks,
  arms,
  freed,
  deadOnData,
];
