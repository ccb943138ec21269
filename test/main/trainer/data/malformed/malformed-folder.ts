import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

export type Files = Record<string, Uint8Array | 'folder' | 'none'>;

/** A new folder for each test, whose name has spaces and letters beyond ASCII, as the paths of people do. */
export class MalformedFolder {
  path = '';

  constructor() {
    let parent = '';
    beforeEach(() => {
      parent = mkdtempSync(join(tmpdir(), 'cascade-malformed-'));
      this.path = join(parent, 'my data ü 数据');
      mkdirSync(this.path);
    });
    afterEach(() => rmSync(parent, { recursive: true, force: true }));
  }

  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      mkdirSync(dirname(path), { recursive: true });
      if (content === 'folder') mkdirSync(path);
      else if (content !== 'none') writeFileSync(path, content);
    }
  }

  /** Loading is refused in words that begin with the file's name; so is outlining, or it does not look so deep. */
  async refuses(
    load: () => Promise<unknown>,
    outline: () => Promise<unknown>,
    file: string,
    what: RegExp,
  ): Promise<void> {
    const error = await load().then(
      () => new Error('It was loaded.'),
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'BAD_DATA_FILE', message: expect.stringMatching(what) as string });
    const { message } = error as Error;
    expect(message.startsWith(join(this.path, file))).toBe(true);
    expect(message.endsWith('.')).toBe(true);
    const outlined: unknown = await outline().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (outlined !== null) expect(outlined).toMatchObject({ code: 'BAD_DATA_FILE' });
  }

  kindRefuses(kind: string, options: Record<string, unknown>, file: string, what: RegExp): Promise<void> {
    return this.refuses(
      () => datasets.open({ name: kind, ...options }).load(),
      () => datasets.open({ name: kind, ...options }).outline(),
      file,
      what,
    );
  }
}
