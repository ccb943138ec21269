import { Taking } from '../../../main/workspace/exchange/take.ts';
import { sharedProgress, Work } from '../../../main/workspace/exchange/shared-progress.ts';
import type { TakenRun } from '../../../main/workspace/exchange/taken-run.ts';
import { Writer } from '../../../main/workspace/writer/writer.ts';

/**
 * Takes runs into a workspace, and kills itself in the middle of its rows, or between the commit and the moves of checkpoints:
 * arguments are the moment, the folder, and what the writer is asked.
 */

const [moment, folder, path, taken] = process.argv.slice(2) as [string, string, string, string];
const die = (): void => void process.kill(process.pid, 'SIGKILL');
let runs = 0;
if (moment === 'rows')
  Work.prototype.did = () => {
    if (++runs === 3) die();
  };
else Taking.prototype.settle = die;
new Writer(folder, 'cascade-lab test').takeRuns(path, JSON.parse(taken) as TakenRun[], sharedProgress());
