import type { Workspace } from '../../../main/workspace/workspace.ts';
import { completeSpecification } from '../../../common/run-specification.ts';
import { studyData, type StudyData } from '../../../main/report/study-data.ts';
import { ENVIRONMENT, newRun, recordOf, SPECIFICATION } from '../workspace/records.ts';

/** Names that would be markup, end an attribute or a text, or turn what is around them. */
export const STUDY = `<script>alert(1)</script> "q" 'a' & \u202egnol`;
export const ARMS = [`<img src=x onerror=alert(2)>`, `عشوائي $x$`, `</title></pre>--> $`] as const;
export const TEXT = `study: "</pre><script>alert(3)</script>"\n# \u0000\u0007 end\n`;

const SEEDS = [0, 1, 2];
const idOf = (arm: number, seed: number): string => `${String(arm + 1).padStart(12, 'a')}-s${seed}`;

/** A study of three arms, the first the control of the others; the last seed of the last arm is not finished. */
export async function writeStudy(workspace: Workspace): Promise<void> {
  await workspace.addStudy({ name: STUDY, title: '', fileName: '<b>.yaml', text: 'an earlier one' });
  await workspace.addStudy({ name: STUDY, title: 'What <i>happens</i>?', fileName: '<b>.yaml', text: TEXT });
  for (const [arm, name] of ARMS.entries())
    for (const seed of SEEDS) {
      const id = idOf(arm, seed);
      const specification = completeSpecification({ ...SPECIFICATION, batchSize: 64 + arm });
      await workspace.addRun(
        newRun(id, {
          seed,
          study: STUDY,
          arm: name,
          specification,
          prunes: arm > 0,
          control: arm > 0 ? idOf(0, seed) : null,
        }),
      );
      await workspace.setEnvironment(id, { ...ENVIRONMENT, device: '<GPU>' });
      const isLast = arm === 2 && seed === 2;
      for (let epoch = 0; epoch <= (isLast ? 1 : 3); epoch++)
        await workspace.recordEpoch(id, recordOf(epoch, arm * 10 + seed), null, []);
      await workspace.setState(id, isLast ? 'stopped' : 'finished', null);
    }
}

export function dataOf(workspace: Workspace, name = STUDY, threshold = '1e-4'): Promise<StudyData> {
  return studyData(
    {
      figures: {
        listRuns: () => workspace.listRuns(),
        specifications: (hashes) => workspace.specificationFrame(hashes),
        curves: (asked) => workspace.curveFrame(asked),
        getRun: (id) => workspace.getRun(id),
        overlap: (asked) => workspace.overlap(asked),
        channels: (id, asked) => workspace.channelFrame(id, asked),
        planes: (id, epoch, layer, planes) => workspace.planeFrame(id, epoch, layer, planes),
        documents: (kind) => workspace.documents(kind),
        predictions: (id, epoch, moment) => workspace.predictionFrame(id, epoch, moment),
      },
      studyTexts: (study) => workspace.studyTexts(study),
      environment: (id) => workspace.environment(id),
    },
    name,
    { threshold, spread: 'sd', application: 'cascade-lab test' },
  );
}
