import { openWorkspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION, CONTROL, ENVIRONMENT, newRun, recordOf, RUN } from '../../main/workspace/records.ts';

/** A run whose control was stopped before it had begun. */
export const WAITING = '000000000004-s1';
/** A run that is an epoch ahead of its control. */
export const AHEAD = '000000000006-s1';
/** Of the sweep: more rows than are seen at once. */
export const RUNS = 80;

/** A run beside its control, and a sweep over five seeds. */
export async function writeRuns(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  await workspace.addRun(newRun(CONTROL, { prunes: false, arm: 'control of arm' }));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  for (const id of [CONTROL, RUN]) {
    await workspace.setEnvironment(id, ENVIRONMENT);
    for (let epoch = 0; epoch <= 3; epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, id === RUN ? 1 : 2), null, []);
    await workspace.setState(id, 'finished', null);
  }
  const idle = '000000000003-s1';
  await workspace.addRun(newRun(idle, { prunes: false, arm: 'idle' }));
  await workspace.setState(idle, 'stopped', null);
  await workspace.addRun(newRun(WAITING, { control: idle, arm: 'waiting' }));
  await workspace.setEnvironment(WAITING, ENVIRONMENT);
  for (let epoch = 0; epoch <= 1; epoch++) await workspace.recordEpoch(WAITING, recordOf(epoch, 3), null, []);
  await workspace.setState(WAITING, 'stopped', null);
  const short = '000000000005-s1';
  await workspace.addRun(newRun(short, { prunes: false, arm: 'short' }));
  await workspace.addRun(newRun(AHEAD, { control: short, arm: 'ahead' }));
  for (const [id, last] of [
    [short, 0],
    [AHEAD, 1],
  ] as const) {
    await workspace.setEnvironment(id, ENVIRONMENT);
    for (let epoch = 0; epoch <= last; epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, id === AHEAD ? 4 : 5), null, []);
    await workspace.setState(id, 'stopped', null);
  }
  const write = async (index: number): Promise<void> => {
    const id = `${(index + 16).toString(16).padStart(12, '1')}-s${index % 5}`;
    const name = { study: 'sweep', arm: `rate=0.1 sparsity=0.${index}` };
    await workspace.addRun(newRun(id, { seed: index % 5, ...name }));
    await workspace.setState(id, 'stopped', null);
  };
  await Promise.all(Array.from({ length: RUNS }, (_, index) => write(index)));
  await workspace.close();
}
