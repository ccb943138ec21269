import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { decodeNpz } from '../../../../common/codec/npz-read.ts';
import { CascadeError, messageOf } from '../../../../common/errors.ts';
import type { PrunableLayer } from '../../../../common/network.ts';
import type { NamedOptions, PruningSpecification } from '../../../../common/run-specification.ts';
import { masksFrom } from '../given-masks.ts';
import { countPruned } from '../masks.ts';
import type { Criterion } from './criterion.ts';

const options = z.strictObject({
  name: z.literal('given-masks'),
  file: z
    .string()
    .min(1)
    .describe(
      'An .npz file with <layer>.pruned or <layer>.mask of every layer, as the masks of a run are exported.',
    ),
  fileSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null)
    .describe('SHA-256 of the file, which is added by itself: another file is another run.'),
});

/** Masks taken from a file, such as those of another run: whether they carry over to other weights, seeds or schedules. */
export const givenMasks: Criterion = {
  name: 'given-masks',
  title: 'The masks of a file, such as those exported from another run',
  source: 'Frankle & Carbin, arXiv 1803.03635; Morcos et al., arXiv 1906.02773 (masks carried over)',
  options,
  scores(given, { layers }) {
    const masks = masksOf(given, layers);
    return new Map(layers.map(({ name }) => [name, Float32Array.from(masks.get(name)!)]));
  },
  onlySparsity(given, layers) {
    const masks = masksOf(given, layers);
    const weights = layers.reduce((sum, { name }) => sum + masks.get(name)!.length, 0);
    return layers.reduce((sum, { name }) => sum + countPruned(masks.get(name)!), 0) / weights;
  },
};

/** Masks of the chosen layers; those of others may be in the file. */
function masksOf(
  given: NamedOptions,
  layers: readonly Pick<PrunableLayer, 'name' | 'shape'>[],
): Map<string, Uint8Array<ArrayBuffer>> {
  const chosen = new Set(layers.map(({ name }) => name));
  const arrays = decodeNpz(readPinned(given)).filter(({ name }) =>
    chosen.has(name.slice(0, name.lastIndexOf('.'))),
  );
  return masksFrom(arrays, layers);
}

/** The pruning with the SHA-256 of its file of masks among its options: a run's identity then follows the file's content. */
export function pinMasks(pruning: PruningSpecification): PruningSpecification {
  if (pruning.criterion.name !== givenMasks.name) return pruning;
  const fileSha256 = sha256Of(readPinned(pruning.criterion));
  return { ...pruning, criterion: { ...pruning.criterion, fileSha256 } };
}

function readPinned(given: NamedOptions): Uint8Array<ArrayBuffer> {
  const { file, fileSha256 } = options.parse(given);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CascadeError('BAD_MASKS', `The file of masks ${file} can not be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  if (fileSha256 !== null && sha256Of(bytes) !== fileSha256)
    throw new CascadeError(
      'BAD_MASKS',
      `The file of masks ${file} is not the one that was meant: put the old file back, or leave fileSha256 out.`,
    );
  return bytes;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
