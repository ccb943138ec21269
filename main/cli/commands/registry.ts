import { anew } from './anew.ts';
import { bench } from './bench.ts';
import { check } from './check.ts';
import { components } from './components.ts';
import { remove } from './delete.ts';
import { doctor } from './doctor.ts';
import { exportCommand } from './export.ts';
import { figures } from './figures.ts';
import { importCommand } from './import.ts';
import { list } from './list.ts';
import { masks } from './masks.ts';
import { mcp } from './mcp.ts';
import { measures } from './measures.ts';
import { priority } from './priority.ts';
import { query } from './query.ts';
import { restore } from './restore.ts';
import { resumeCommand } from './resume.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { show } from './show.ts';
import { studies } from './studies.ts';
import { stop } from './stop.ts';
import type { CommandFile } from './command.ts';

/** All commands, in the order of `cascade --help`. */
export const COMMANDS: readonly CommandFile[] = [
  doctor,
  run,
  check,
  resumeCommand,
  priority,
  list,
  show,
  stop,
  remove,
  restore,
  anew,
  masks,
  exportCommand,
  importCommand,
  studies,
  query,
  mcp,
  figures,
  schema,
  components,
  measures,
  bench,
];
