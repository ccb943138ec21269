import { imageOf, newRun, recordOf, APPLICATION, ENVIRONMENT } from '../../main/workspace/records.ts';
import { openWorkspace } from '../../../main/workspace/workspace.ts';

/**
 * A process to be killed: opens the workspace, goes on with every run that it was told of as fast as it can, and
 * prints each epoch once it is acknowledged. Every third epoch has a checkpoint.
 */
const [folder, ...runs] = process.argv.slice(2) as [string, ...string[]];
const workspace = await openWorkspace(folder, { application: APPLICATION });
const next = new Map<string, number>();
for (const [index, run] of runs.entries()) {
  await workspace.addRun(newRun(run, { control: index === 0 ? null : runs[0]! }));
  await workspace.setEnvironment(run, ENVIRONMENT);
  await workspace.setState(run, 'running', null);
  const { summary } = await workspace.getRun(run);
  next.set(run, summary.states === null ? 0 : summary.epochsDone + 1);
}
process.stdout.write('ready\n');
for (;;) {
  for (const [index, run] of runs.entries()) {
    const epoch = next.get(run)!;
    next.set(run, epoch + 1);
    const checkpoint = epoch % 3 === 0 ? imageOf(epoch, 20_000) : null;
    await workspace.recordEpoch(run, recordOf(epoch, index), checkpoint, [], { newest: 4 });
    process.stdout.write(`${run} ${epoch}\n`);
  }
}
