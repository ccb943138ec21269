import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { canonicalSpecification, readStudy, studyOfRun } from '../../../../main/studies/language/index.ts';
import { bundledStudies } from '../../../../main/studies/bundled.ts';
import { outlinesOf } from '../../../../main/studies/outlines.ts';
import { namesIn } from '../../../../main/studies/study-names.ts';
import { studyRules } from '../../../../main/studies/rules.ts';
import { components } from '../../../../main/trainer/components.ts';

const page = await readFile(new URL('../../../../docs/study-files.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/```yaml\n(study:.*?)```/gs)].map(([, found]) => found!);
const bundled = (await bundledStudies()).map(({ text }) => text);
/** Options of every shape: nested components, lists, steps, texts that YAML reads as something else, thresholds of both kinds. */
const ODD = `study: odd
seeds: [7]
shared:
  dataset: { name: mnist, train: 4000 }
  model: { name: depthwise-separable, stem: 8, widths: [8, 16], strides: [1, 2] }
  batchSize: 50
  epochs: 800it
  optimizer: { name: adamw, weightDecay: 1e-7 }
  learningRate: { name: steps, rate: 0.05, milestones: [500it] }
  thresholds: [1e-2, 1e-3σ, 1e-4]
  retraining: { name: weight-rewinding, to: 100it }
arms:
  - name: 'no'
    pruning: { criterion: magnitude, layers: { kinds: [depthwise], except: [dw1] }, sparsity: 0.5, schedule: { name: iterative, rounds: 3 }, onCollapse: stop }
`;

async function read(text: string) {
  const reading = readStudy(text, components, studyRules(await outlinesOf(namesIn(text).datasets)));
  expect(reading.problems).toEqual([]);
  return reading.runs;
}

test.each([...bundled, ...documented, ODD])(
  'the study of a run asks for that run again: %#',
  async (text) => {
    const runs = await read(text);
    const ofEach = new Map(runs.map((run) => [canonicalSpecification(run.specification, components), run]));
    for (const [key, { specification, seed, arms }] of ofEach) {
      const arm = arms[0] ?? 'control';
      const own = studyOfRun({ id: 'a1', study: 's'.repeat(80), arm, seed, specification }, components);
      // Masks of another run are found in a workspace, where that run is.
      if (specification.pruning?.criterion.name === 'given-masks') continue;
      // Settings that an arm alone does not have are said to be missing; all others give the run itself.
      const isAlone = own.includes('it stands alone');
      const again = (await read(own)).find((run) => run.arms.includes(arm))!;
      expect(again.seed).toBe(seed);
      const got = canonicalSpecification(again.specification, components);
      if (!isAlone) expect(got).toBe(key);
      else expect(specification.pruning === null || specification.omittedPrunings > 0).toBe(true);
      expect(own).toMatch(/^# The settings of run a1\.\n/);
      expect(own.split('\n').every((line) => line.length < 130)).toBe(true);
    }
  },
);

test('it reads as a person would write it', async () => {
  const [run] = (await read(ODD)).filter(({ arms }) => arms.includes('no'));
  expect(
    studyOfRun({ id: 'a1', study: 'odd', arm: 'no', seed: 7, specification: run!.specification }, components),
  ).toBe(`# The settings of run a1.

study: odd-copy
seeds: [ 7 ]
shared:
  dataset: { name: mnist, train: 4000 }
  model: { name: depthwise-separable, stem: 8, strides: [ 1, 2 ], widths: [ 8, 16 ] }
  batchSize: 50
  epochs: 800it
  optimizer: { name: adamw, weightDecay: 1e-7 }
  learningRate: { name: steps, milestones: [ 500it ], rate: 0.05 }
  retraining: { name: weight-rewinding, to: 100it }
  thresholds: [ 0.01, 0.0001, 0.001σ ]
arms:
  - name: no
    pruning:
      criterion: { name: magnitude }
      schedule: { name: iterative, rounds: 3 }
      layers: { except: [ dw1 ], kinds: [ depthwise ] }
      sparsity: 0.5
      onCollapse: stop
`);
});
