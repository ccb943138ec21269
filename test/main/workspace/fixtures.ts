import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { ClassEpoch } from '../../../common/contract/schemas.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION } from './records.ts';

export * from './records.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-workspace-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Right answers by class of all epochs of a short run. */
export async function classesOf(workspace: Workspace, id: string): Promise<ClassEpoch[]> {
  return decodeRows<ClassEpoch>(await workspace.classFrame(id, {})).rows;
}

/** Opens a workspace that the test's end closes. */
export async function openTest(folder: string): Promise<Workspace> {
  const workspace = await openWorkspace(folder, { application: APPLICATION });
  onTestFinished(() => workspace.close().catch(() => undefined));
  return workspace;
}
