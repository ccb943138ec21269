import { join } from 'node:path';
import Database from 'better-sqlite3';
import { channelRows } from '../../../common/records.ts';
import { DEFAULT_THRESHOLDS } from '../../../common/thresholds.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION, CONTROL, ENVIRONMENT, newRun, recordOf, RUN, SPECIFICATION } from './records.ts';

/** A workspace in which numbers are of every kind: there, missing, compared, of other ladders, where nothing is left. */

export const PREVIOUS = '000000000003-s1';
/** A run that has not said what its network is, and one whose ladder is another. */
export const UNKNOWN = '000000000004-s1';
export const SHORT = '000000000005-s1';
export const RUNS = [RUN, CONTROL, PREVIOUS, UNKNOWN, SHORT];
export const LAST = 5;

/** A workspace with every kind of epoch: compared, counted, all pruned, recorded by an earlier version. */
export async function recordAllKinds(folder: string): Promise<Workspace> {
  const workspace = await openWorkspace(folder, { application: APPLICATION });
  const ladder = [DEFAULT_THRESHOLDS[2]!, DEFAULT_THRESHOLDS[0]!];
  for (const id of [CONTROL, PREVIOUS, UNKNOWN]) await workspace.addRun(newRun(id));
  await workspace.addRun(newRun(RUN, { control: CONTROL, previousMask: PREVIOUS }));
  await workspace.addRun(
    newRun(SHORT, { control: CONTROL, specification: { ...SPECIFICATION, thresholds: ladder } }),
  );
  for (const [salt, id] of RUNS.entries()) {
    // The environment of one comes after its layers.
    if (id !== UNKNOWN && id !== PREVIOUS) await workspace.setEnvironment(id, ENVIRONMENT);
    for (let epoch = 0; epoch <= (id === CONTROL ? LAST - 1 : LAST); epoch++) {
      const record = recordOf(epoch, salt);
      for (const layer of record.layers) {
        if (epoch === 2) layer.deadOnData = 3;
        if (epoch === 4)
          Object.assign(layer, {
            pruned: layer.weights,
            inert: 0,
            shed: layer.shed.map(() => 0),
            compacted: 0,
          });
        if (id !== SHORT) continue;
        const size = layer.planes.length / (2 + DEFAULT_THRESHOLDS.length);
        layer.planes = layer.planes.slice(0, (2 + ladder.length) * size);
        layer.shed = layer.shed.slice(0, ladder.length);
        layer.shedAndInert = layer.shedAndInert.slice(0, ladder.length);
        const channels = layer.channels.length / channelRows(DEFAULT_THRESHOLDS.length);
        layer.channels = new Float32Array(channels * channelRows(ladder.length));
      }
      await workspace.recordEpoch(id, record, null, []);
    }
  }
  await workspace.setEnvironment(PREVIOUS, ENVIRONMENT);
  await workspace.close();
  const database = new Database(join(folder, 'workspace.sqlite'));
  database.exec(`
    update epochs set measured = null, compacted_parameters = null, freed = null, freed_channels = null, test_top_five = null
      where epoch = 1;
    update layer_epochs set measured = null, compacted = null, gradient_norm = null, freed = null where epoch = 1;`);
  database.close();
  return openWorkspace(folder, { application: APPLICATION });
}
