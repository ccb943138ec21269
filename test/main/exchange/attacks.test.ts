import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress } from '../../../main/workspace/compression.ts';
import { connect } from '../../../main/workspace/database.ts';
import { digestOf } from '../../../main/workspace/exchange/digest.ts';
import { packRuns } from '../../../main/workspace/exchange/pack.ts';
import { sharedProgress, Work } from '../../../main/workspace/exchange/shared-progress.ts';
import { openSource } from '../../../main/workspace/exchange/source.ts';
import { stageCheckpoints } from '../../../main/workspace/exchange/stage-checkpoints.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { APPLICATION, RUN, temporaryFolder } from '../workspace/fixtures.ts';
import { modelOf } from './helpers.ts';

let model: string;
let workspace: string;

beforeAll(async () => {
  workspace = await modelOf(4);
  const { database, checkpoints } = layoutOf(workspace);
  const source = connect(database, 'read');
  model = join(workspace, 'model.cascade');
  const options = { checkpoints: true, trunks: true, application: APPLICATION };
  packRuns(source, checkpoints, [RUN], model, options, new Work(sharedProgress()));
  source.close();
});

function aFile(): string {
  const file = join(temporaryFolder(), 'run.cascade');
  copyFileSync(model, file);
  return file;
}

/** A file that somebody has changed, who knows how its digest is made. */
function forged(sql: string, signed = true): string {
  const file = aFile();
  const database = new Database(file);
  database.unsafeMode();
  database.pragma('foreign_keys = off');
  database.exec(sql);
  if (signed) database.prepare("update run_file set value = ? where key = 'digest'").run(digestOf(database));
  database.close();
  return file;
}

function opening(path: string): () => unknown {
  return () => openSource(path, temporaryFolder(), new Work(sharedProgress())).database.close();
}

describe('a file that is not a whole run file is refused with a sentence', () => {
  it('and the one that it was made from is not', () => {
    expect(opening(aFile())).not.toThrow();
  });

  it.each([
    ['nothing', ''],
    ['text', 'study: starter\n'.repeat(20)],
  ])('%s', (_, text) => {
    const file = join(temporaryFolder(), 'run.cascade');
    writeFileSync(file, text);
    expect(opening(file)).toThrow(/is no run file\. Nothing was imported/);
  });

  it.each([0.1, 0.5, 0.99])('cut short to %s of it', (share) => {
    const file = aFile();
    truncateSync(file, Math.floor(readFileSync(file).length * share));
    expect(opening(file)).toThrow(/is cut short: it has \d+ of its \d+ bytes/);
  });

  it('a bit that flipped, wherever it is', () => {
    const bytes = readFileSync(model);
    // Beyond the first page, which has the schema; in pages that hold rows, and in those that continue them.
    for (let place = 1; place < 12; place++) {
      const damaged = Buffer.from(bytes);
      const at = 8192 * 2 + Math.floor(((bytes.length - 8192 * 2) * place) / 12);
      damaged[at] = damaged[at]! ^ 0x10;
      const file = join(temporaryFolder(), 'run.cascade');
      writeFileSync(file, damaged);
      let told = '';
      try {
        opening(file)();
      } catch (error) {
        told = String(error);
      }
      // A bit in what no row uses changes nothing.
      if (told !== '') expect(told).toMatch(/CascadeError: .*Nothing was imported\./);
      else expect(isUnused(file)).toBe(true);
    }
  });

  it('a number that was changed after it was written', () => {
    expect(opening(forged('update epochs set test_accuracy = 0.99', false))).toThrow(
      /content is not what was written/,
    );
  });

  it('a folder, a pipe and a file that is not there', () => {
    const folder = temporaryFolder();
    expect(opening(folder)).toThrow(/is not a workspace/);
    expect(opening(join(folder, 'no.cascade'))).toThrow(/There is no file or folder/);
    expect(opening('/dev/zero')).toThrow(/not a file but a device/);
  });

  it("another program's database, that of a workspace, and one of a newer version", () => {
    expect(opening(forged('pragma application_id = 1'))).toThrow(/of another program/);
    expect(opening(join(workspace, 'workspace.sqlite'))).toThrow(/database of a workspace: name its folder/);
    expect(opening(forged('pragma user_version = 9999'))).toThrow(/newer Cascade Lab \(schema 9999/);
    expect(opening(forged('pragma user_version = 0'))).toThrow(/does not say which schema/);
    expect(opening(forged("update run_file set value = '2' where key = 'format'"))).toThrow(
      /of the format 2/,
    );
  });
});

function isUnused(file: string): boolean {
  const database = new Database(file, { readonly: true });
  try {
    return (
      digestOf(database) === database.prepare("select value from run_file where key = 'digest'").pluck().get()
    );
  } finally {
    database.close();
  }
}

describe('what a schema may carry is refused, signed or not', () => {
  it.each([
    ['a trigger', 'create trigger harm after insert on runs begin delete from runs; end', /holds 'harm'/],
    [
      'a view in the place of a table',
      'drop table tags; create view tags as select number as run, id as tag from runs',
      /holds 'tags'/,
    ],
    ['another table', 'create table more (a)', /holds 'more'/],
    ['a virtual table', 'create virtual table words using fts5(text)', /holds 'words'/],
    ['an index with an expression', 'create index odd on runs (upper(id))', /holds 'odd'/],
    [
      'a generated column',
      'alter table tags add column odd text generated always as (hex(tag)) virtual',
      /holds 'tags'/,
    ],
    ['a missing table', 'drop table tags', /lacks 'tags'/],
  ])('%s', (_, sql, sentence) => {
    const file = aFile();
    const database = new Database(file);
    database.pragma('foreign_keys = off');
    database.exec(sql);
    database.close();
    expect(opening(file)).toThrow(sentence);
  });
});

const bomb = `x'${Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff, 0xff]), Buffer.from(compress(new Uint8Array(1e6))).subarray(5)]).toString('hex')}'`;

describe('content that cannot be is refused, though it is signed', () => {
  it.each([
    ['an id that is a path', "update runs set id = '../../../x' where id like '000000000001%'"],
    ['an id of another hash', "update runs set hash = 'ffffffffffff'"],
    ['a checkpoint that is a path', "update checkpoints set file = '../../../../.bashrc'"],
    ['a checkpoint of another size', 'update checkpoints set size = 68719476736'],
    ['a checkpoint of less than nothing', 'update checkpoints set size = -1'],
    ['a huge part', 'update checkpoint_parts set bytes = zeroblob(5000000)'],
    ['a layer of the size of everything', 'update layers set weights = 9007199254740991'],
    ['masks that declare gigabytes', `update planes set bytes = ${bomb}`],
    [
      'counts over a control that declare gigabytes',
      `insert or replace into kept_counts select run, run, epoch, ${bomb} from channel_tables`,
    ],
    ['channels that declare gigabytes', `update channel_tables set bytes = ${bomb}`],
    ['predictions that declare gigabytes', `update predictions set margins = ${bomb}`],
    ['classes that declare gigabytes', `update class_epochs set examples = ${bomb}`],
    ['masks that are changes of later ones', 'update planes set base = epoch + 1'],
    ['settings that are none', "update runs set specification = '[]'"],
    ['settings that are no JSON', "update runs set specification = '{'"],
    ['no thresholds', "update runs set specification = json_set(specification, '$.thresholds', json('[]'))"],
    ['counts at other thresholds', "update epochs set shed = '[1]'"],
    ['a state that is none', "update runs set state = 'winning'"],
    ['an epoch that is missing', 'delete from epochs where epoch = 1'],
    ['a layer without masks', 'delete from planes where epoch = 1'],
    ['a network that is none', "update environments set network = '{}'"],
    ['an event that is no JSON', "update events set data = '{'"],
    ['a study of a million letters', "update memberships set study = printf('%.*c', 1000000, 'a')"],
    ['a row of a run that is not there', 'update tags set run = 77'],
    ['no run', 'delete from runs; delete from memberships'],
  ])('%s', (_, sql) => {
    const file = forged(sql);
    expect(opening(file)).toThrow(/Nothing was imported\.$/);
  });

  it('a mask that grows as it is read ends with a sentence', async () => {
    const { decompress } = await import('../../../main/workspace/compression.ts');
    const packed = Buffer.from(compress(new Uint8Array(50_000_000)));
    packed.writeUInt32LE(100, 1);
    expect(() => decompress(packed)).toThrow(/another length than it was written with/);
  });
});

it('checkpoints of a workspace that are links, or of other bytes, are left out', () => {
  const folder = temporaryFolder();
  copyFileSync(join(workspace, 'workspace.sqlite'), join(folder, 'workspace.sqlite'));
  const there = join(folder, 'checkpoints', RUN);
  mkdirSync(there, { recursive: true });
  symlinkSync(join(workspace, 'checkpoints', RUN, 'epoch-0.safetensors'), join(there, 'epoch-0.safetensors'));
  const bytes = readFileSync(join(workspace, 'checkpoints', RUN, 'epoch-2.safetensors'));
  bytes[100]! ^= 1;
  writeFileSync(join(there, 'epoch-2.safetensors'), bytes);
  const stage = temporaryFolder();
  const source = openSource(folder, stage, new Work(sharedProgress()));
  const number = source.database.prepare('select number from runs where id = ?').pluck().get(RUN) as number;
  const found = stageCheckpoints(source, number, RUN, stage, () => true, new Work(sharedProgress()));
  source.database.close();
  expect(found).toEqual({ staged: [], missing: 2 });
});

it('bytes behind the end of a file do no harm', () => {
  const file = aFile();
  appendFileSync(file, 'more');
  expect(opening(file)).not.toThrow();
});
