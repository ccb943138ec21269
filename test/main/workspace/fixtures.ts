import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION } from './records.ts';

export * from './records.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-workspace-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a workspace that the test's end closes. */
export async function openTest(folder: string): Promise<Workspace> {
  const workspace = await openWorkspace(folder, { application: APPLICATION });
  onTestFinished(() => workspace.close().catch(() => undefined));
  return workspace;
}
