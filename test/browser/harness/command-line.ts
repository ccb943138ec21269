import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import * as z from 'zod';
import { findApplication } from '../../../main/entry/application.ts';

const shares = z.record(z.string(), z.number());

const shown = z.object({
  control: z.string().nullable(),
  previousMask: z.object({ control: z.string(), excess: shares.nullable() }).nullable(),
  excess: z.array(shares),
  controlShed: z.array(shares),
  previousMaskExcess: z.array(shares),
  events: z.array(z.object({ kind: z.string() })),
  epochs: z.array(
    z.object({
      epoch: z.number(),
      testAccuracy: z.number(),
      pruned: z.number(),
      shed: shares,
      inertAtLeast: z.number(),
      deadOnData: z.number().nullable(),
      layers: z.array(
        z.object({
          name: z.string(),
          pruned: z.number(),
          shed: shares,
          inertAtLeast: z.number(),
          deadOnData: z.number().nullable(),
          controlShed: shares.nullable(),
          excess: shares.nullable(),
        }),
      ),
    }),
  ),
});
export type ShownRun = z.infer<typeof shown>;

/** What a command writes, asked of the application that holds the workspace. */
export function askCommandLine(workspace: string, args: readonly string[]): Promise<string> {
  const entry = join(findApplication().root, 'out', 'main', 'cli.js');
  const child = spawn(process.execPath, [entry, ...args, '--workspace', workspace], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

/** What `cascade show RUN --json` says of a run, asked of the application that holds the workspace. */
export async function showRun(workspace: string, id: string): Promise<ShownRun> {
  return shown.parse(JSON.parse(await askCommandLine(workspace, ['show', id, '--json'])));
}
