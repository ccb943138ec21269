import { ref } from 'vue';
import type { Differing, ImportedRun, ImportResult } from '../../common/contract/exchange-schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from './workstation.ts';

/** Runs that come from elsewhere: looked at first, then taken, all of a source or nothing. */
export interface Import {
  id: number;
  name: string;
  phase: 'sending' | 'reading' | 'ready' | 'taking' | 'done' | 'failed';
  /** From 0 to 1; null where it is not known. */
  share: number | null;
  /** What would become of each run. */
  runs: readonly ImportedRun[];
  /** Of those that differ from what is here. */
  differing: Exclude<Differing, 'refuse'>;
  result: ImportResult | null;
  problem: string | null;
  /** Names of what the workstation holds of it. */
  tokens: string[];
}

/** All that this window has opened, in order. */
export const imports = ref<Import[]>([]);
let last = 0;

type Client = Pick<Workstation, 'client'>;
type Source = { token: string } | { path: string };

/** Bytes that are sent at once: as base64 they fit into a message. */
const PART = 2 ** 20;

/** Sends a file of this computer and looks into it. */
export async function openFile(workstation: Client, file: File): Promise<void> {
  const one = begin(file.name, 'sending');
  await guarded(one, async () => {
    const { exchange } = workstation.client;
    if (file.size === 0) throw new Error(`${file.name} is empty.`);
    const { token } = await exchange.receive({ name: file.name, bytes: file.size });
    one.tokens.push(token);
    for (let from = 0; from < file.size; from += PART) {
      if (isGone(one)) return;
      await exchange.append({ token, from, base64: await base64Of(file.slice(from, from + PART)) });
      one.share = Math.min(1, (from + PART) / file.size);
    }
    await look(workstation, one, { token }, '');
  });
}

/** Looks into a file, or a workspace's folder, on the machine of the workstation. */
export async function openPath(workstation: Client, path: string, where: string): Promise<void> {
  const one = begin(path, 'reading');
  await guarded(one, () => look(workstation, one, { path }, where));
}

async function look({ client }: Client, one: Import, source: Source, where: string): Promise<void> {
  Object.assign(one, { phase: 'reading', share: null });
  for await (const step of await client.exchange.open({ source, where })) {
    if (isGone(one)) return;
    if (step.type === 'progress') one.share = step.total === 0 ? null : step.done / step.total;
    else {
      one.tokens.push(step.token);
      Object.assign(one, { phase: 'ready', share: null, name: step.name, runs: step.runs });
    }
  }
}

/** Takes what was looked at. */
export async function takeImport({ client }: Client, one: Import): Promise<void> {
  const token = one.tokens.at(-1);
  if (one.phase !== 'ready' || token === undefined) return;
  Object.assign(one, { phase: 'taking', share: null });
  await guarded(one, async () => {
    for await (const step of await client.exchange.take({ token, differing: one.differing }))
      if (step.type === 'progress') one.share = step.total === 0 ? null : step.done / step.total;
      else Object.assign(one, { phase: 'done', share: null, result: step });
  });
  await drop({ client }, one);
}

/** Takes it off the list; what was not taken is not imported. */
export async function closeImport(workstation: Client, one: Import): Promise<void> {
  imports.value = imports.value.filter(({ id }) => id !== one.id);
  await drop(workstation, one);
}

async function drop({ client }: Client, one: Import): Promise<void> {
  const tokens = one.tokens.splice(0);
  await Promise.all(tokens.map((token) => client.exchange.drop({ token }).catch(() => undefined)));
}

function begin(name: string, phase: Import['phase']): Import {
  last += 1;
  const one: Import = {
    id: last,
    name,
    phase,
    share: null,
    runs: [],
    differing: 'keep',
    result: null,
    problem: null,
    tokens: [],
  };
  imports.value = [...imports.value, one];
  return imports.value.at(-1)!;
}

function isGone(one: Import): boolean {
  return !imports.value.some(({ id }) => id === one.id);
}

async function guarded(one: Import, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    Object.assign(one, { phase: 'failed', share: null, problem: sentenceOf(error) });
  }
}

function base64Of(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const told = String(reader.result);
      resolve(told.slice(told.indexOf(',') + 1));
    });
    reader.addEventListener('error', () =>
      reject(new Error('The file cannot be read any more: choose it again.')),
    );
    reader.readAsDataURL(part);
  });
}
