import { join } from 'node:path';
import * as z from 'zod';
import { failureOf, runCommand } from './processes.ts';
import { environmentOf, findings, type Findings, type Setting } from './setting.ts';

const report = z.object({
  engine: z.object({ device: z.string().nullable() }),
  problems: z.array(z.string()),
});

/** What `cascade doctor` says here. @throws Error where it finds an illness, or the engine is not on the device that is asked for */
export async function checkDoctor(setting: Setting): Promise<Findings> {
  const ended = await runCommand(['doctor', '--json', '--workspace', join(setting.folder, 'workspace')], {
    env: environmentOf(setting.device),
    limitSeconds: 60,
  });
  const found = report.loose().parse(JSON.parse(ended.lines.join('\n') || '{}'));
  const problem = found.problems.join(' ') || failureOf(ended);
  if (problem) throw new Error(problem);
  const device = found.engine.device ?? 'none';
  if (!device.startsWith(setting.device.toUpperCase()))
    throw new Error(`the engine computes on ${device}, not on a ${setting.device.toUpperCase()}`);
  return findings({ detail: found });
}
