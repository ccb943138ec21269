import { join } from 'node:path';
import { below } from '../result.ts';
import { failureOf, parsedLine, runCommand } from './processes.ts';
import { environmentOf, findings, type Findings, type Setting } from './setting.ts';

/** The starter study from nothing, as a newcomer runs it. */
export async function checkStarter(setting: Setting): Promise<Findings> {
  let epochs = 0;
  const ended = await runCommand(
    ['run', 'starter', '--workspace', join(setting.folder, 'starter'), '--json'],
    {
      env: environmentOf(setting.device),
      limitSeconds: setting.quick ? 30 : 120,
      onLine: (line) => void (epochs += Number(parsedLine(line)?.['type'] === 'epoch')),
    },
  );
  const failure = failureOf(ended);
  const last = parsedLine(ended.lines.at(-1) ?? '');
  return findings({
    measures:
      failure === null
        ? [
            below(
              'starter',
              'the starter study, from the start of the command to its end',
              's',
              ended.seconds,
              null,
              {
                epochs,
                runs: last?.['runs'],
              },
            ),
          ]
        : [],
    // In the quick check it is cut short on purpose, once it trains.
    leftOut:
      failure === null || (setting.quick && epochs > 0)
        ? []
        : [`starter: ${failure}, after ${epochs} epochs of all runs`],
    detail: { epochs, seconds: ended.seconds },
  });
}
