import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { findApplication } from '../../../main/entry/application.ts';

const study = z.looseObject({
  study: z.string(),
  shared: z.looseObject({
    dataset: z.looseObject({}),
    learningRate: z.looseObject({}),
    epochs: z.int(),
  }),
});

/** A file as a person drops it on the page. */
export interface StudyFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export function studyFile(name: string, text: string): StudyFile {
  return { name, mimeType: 'application/yaml', buffer: Buffer.from(text) };
}

/** The bundled starter study with fewer images and epochs: the same arms, over in seconds. */
export function shortStarter(name: string, epochs: number): StudyFile {
  const file = join(findApplication().root, 'resources', 'studies', 'starter.yaml');
  const text = study.parse(parse(readFileSync(file, 'utf8')));
  text.study = name;
  text.shared.dataset = { name: 'mnist', train: 1_000, validation: 500 };
  text.shared.epochs = epochs;
  text.shared.learningRate = { name: 'steps', rate: 0.1, milestones: [epochs - 1] };
  return studyFile(`${name}.yaml`, stringify(text));
}

/** One small dense network, trained for as many epochs as a test has to do something meanwhile. */
export function denseStudy(name: string, epochs: number, arms = 'arms:\n  - name: dense\n'): StudyFile {
  return studyFile(
    `${name}.yaml`,
    `study: ${name}
seeds: [0]
shared:
  dataset: { name: mnist, train: 4000, validation: 500 }
  model: { name: lenet-300-100 }
  batchSize: 16
  epochs: ${epochs}
  optimizer: { name: sgd, weightDecay: 5e-4 }
  learningRate: { name: constant, rate: 0.05 }
${arms}`,
  );
}
