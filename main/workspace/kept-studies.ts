import type { KeptStudy } from '../../common/contract/schemas.ts';
import { prepared, type Connection } from './database.ts';

/** Study texts that people wrote: in the workspace, so that each of its windows and the command line have them. */

const COLUMNS = 'name, text, base, bundled, changed_at as at';
type Row = Omit<KeptStudy, 'bundled'> & { bundled: number };

/** Those changed last first. */
export function keptStudies(database: Connection): KeptStudy[] {
  const rows = prepared(database, `select ${COLUMNS} from kept_studies order by changed_at desc, name`).all();
  return (rows as Row[]).map(studyOf);
}

/** Two windows may hold one study: the text that was changed last stays, whichever arrives last. */
export function keepStudy(database: Connection, study: KeptStudy): { newer: KeptStudy | null } {
  const { name, text, base, bundled, at } = study;
  const known = prepared(database, `select ${COLUMNS} from kept_studies where name = ?`).get(name) as
    Row | undefined;
  if (known && known.at > at) return { newer: studyOf(known) };
  prepared(
    database,
    'insert or replace into kept_studies (name, text, base, bundled, changed_at) values (?, ?, ?, ?, ?)',
  ).run(name, text, base, bundled ? 1 : 0, at);
  return { newer: null };
}

export function dropStudy(database: Connection, name: string): void {
  prepared(database, 'delete from kept_studies where name = ?').run(name);
}

function studyOf({ bundled, ...study }: Row): KeptStudy {
  return { ...study, bundled: bundled === 1 };
}

/** Texts by which runs of a study were asked for, the oldest first. */
export function studyTexts(
  database: Connection,
  name: string,
): { title: string; fileName: string; text: string }[] {
  return prepared(
    database,
    'select title, file_name as fileName, text from studies where name = ? order by added_at, id',
  ).all(name) as { title: string; fileName: string; text: string }[];
}
